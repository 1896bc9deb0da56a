"""Answers `!weather CITY` with the weather there, now and on the next days, asked of open-meteo.com."""

from datetime import date

from hookcell import http, log, store

PLACES = "https://geocoding-api.open-meteo.com/v1/search"
FORECAST = "https://api.open-meteo.com/v1/forecast"
NOW = "temperature_2m,apparent_temperature,relative_humidity_2m,weather_code,wind_speed_10m"
DAILY = "weather_code,temperature_2m_max,temperature_2m_min,precipitation_probability_max"
DAYS = 3
A_DAY, TEN_MINUTES = 24 * 60 * 60, 10 * 60

# The codes of the WMO, as far as open-meteo uses them: up to which code, what it is, and how it looks.
SKY = [
    (0, "clear", ":sunny:"),
    (1, "mostly clear", ":mostly_sunny:"),
    (2, "partly cloudy", ":partly_sunny:"),
    (3, "overcast", ":cloud:"),
    (48, "fog", ":fog:"),
    (57, "drizzle", ":white_sun_rain_cloud:"),
    (67, "rain", ":cloud_rain:"),
    (77, "snow", ":cloud_snow:"),
    (82, "showers", ":white_sun_rain_cloud:"),
    (86, "snow showers", ":cloud_snow:"),
    (99, "thunderstorm", ":thunder_cloud_rain:"),
]
# Up to which temperature, and the colour for it.
COLORS = [(0, "#439fe0"), (12, "#4fb3a9"), (22, "#2eb886"), (30, "#daa038"), (99, "#a30200")]


def prepare_outgoing_request(request):
    event = request["data"]
    if event.get("bot"):
        return None
    city = event["text"].removeprefix(event["trigger_word"]).strip()[:60]
    message = answer(city)
    if event.get("tmid"):
        message["tmid"] = event["tmid"]
    # With a message and no url, the message is posted and nothing is sent.
    return {"message": message}


def answer(city):
    if len(city) < 2:
        return {"text": "Which city? Write `!weather Berlin`."}
    try:
        place = found(city)
        return unknown(city) if place is None else shown(place, forecast(place))
    except http.Error as error:
        log.warning("open-meteo did not answer", reason=error.reason)
    except LookupError as error:
        log.warning("open-meteo answered something else", error=str(error))
    return {"text": "The weather is not to be had just now. Look out of the window."}


def unknown(city):
    """What was asked for stands in an attachment: a text that says @all calls everybody."""
    return {"attachments": [{"color": "#9ea2a8", "text": f"There is no place called {city}."}]}


def found(city):
    """The best known place of that name, or None. Places do not move: it is asked once a day."""
    key = f"place {city.lower()}"[:40]
    place = store.get(key)
    if place is None:
        places = asked(PLACES, {"name": city, "count": 1, "language": "en", "format": "json"}).get("results")
        if not places:
            return None
        place = {name: places[0].get(name, "") for name in ("name", "country", "latitude", "longitude")}
        keep(key, place, A_DAY)
    return place


def forecast(place):
    where = {"latitude": place["latitude"], "longitude": place["longitude"]}
    key = f"weather {place['latitude']} {place['longitude']}"
    weather = store.get(key)
    if weather is None:
        wanted = {"current": NOW, "daily": DAILY, "timezone": "auto", "forecast_days": DAYS}
        weather = asked(FORECAST, where | wanted)
        keep(key, weather, TEN_MINUTES)
    return weather


def keep(key, value, seconds):
    """For the next who asks. Where the store has no room for it, they wait for open-meteo again."""
    try:
        store.set(key, value, ttl=seconds)
    except store.Full as full:
        log.warning("not kept", why=str(full))


def asked(url, params):
    got = http.get(url, params=params, timeout=4)
    if not got.ok:
        raise LookupError(f"status {got.status_code}")
    return got.json()


def shown(place, weather):
    now, days = weather["current"], weather["daily"]
    sky, emoji = look_of(now["weather_code"])
    fields = []
    for number in range(DAYS):
        day = "Today" if number == 0 else f"{date.fromisoformat(days['time'][number]):%A}"
        low, high = round(days["temperature_2m_min"][number]), round(days["temperature_2m_max"][number])
        text = f"{look_of(days['weather_code'][number])[0]}, {low} to {high} °C"
        rain = days["precipitation_probability_max"][number]
        fields.append({"title": day, "value": f"{text}, {rain} % precipitation" if rain else text, "short": True})
    temperature = now["temperature_2m"]
    return {
        "text": f"{emoji} *{place['name']}*, {place['country']}: {round(temperature)} °C, {sky}",
        "attachments": [
            {
                "color": next(color for limit, color in COLORS if temperature <= limit),
                "text": f"Feels like {round(now['apparent_temperature'])} °C, humidity {now['relative_humidity_2m']} %, "
                f"wind {round(now['wind_speed_10m'])} km/h",
                "fields": fields,
                "footer": "open-meteo.com",
            }
        ],
    }


def look_of(code):
    return next((words, emoji) for limit, words, emoji in SKY if code <= limit)
