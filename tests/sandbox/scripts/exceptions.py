# feature: try, except as, else, finally, raise from, re-raise, custom hierarchy, assert
# request: {}
# expect: ["fine", "cleanup", "caught no such thing", "cleanup", "app ('no such thing',)", "cleanup", "app ('wrapped',)", "cleanup", "other", "value", "cleanup"]

class AppError(Exception):
    pass

class NotFound(AppError):
    pass

def attempt(kind, log):
    try:
        try:
            if kind == "missing":
                raise NotFound("no such thing")
            if kind == "chain":
                try:
                    {}["k"]
                except KeyError as error:
                    raise AppError("wrapped") from error
            if kind == "assert":
                assert 1 > 2, "math"
            if kind == "bare":
                raise ValueError
        except NotFound as error:
            log.append(f"caught {error}")
            raise
        except (ValueError, TypeError):
            log.append("value")
        else:
            log.append("fine")
        finally:
            log.append("cleanup")
    except AppError as error:
        log.append(f"app {error.args}")
    except:
        log.append("other")

def process_incoming(request):
    log = []
    for kind in ("none", "missing", "chain", "assert", "bare"):
        attempt(kind, log)
    return log
