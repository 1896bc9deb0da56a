"""Posts what concerns money at Stripe: payments that fail, disputes, refunds, paid invoices, payouts, subscriptions."""

import time

from hookcell import log, secrets

GREEN, BLUE, ORANGE, RED, GREY = "#2eb886", "#439fe0", "#daa038", "#a30200", "#9ea2a8"
FIVE_MINUTES = 5 * 60
# Currencies whose smallest unit is the whole one, and those with three decimals. ISK and UGX are counted in hundredths.
WHOLE = "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split()
THOUSANDTHS = "bhd jod kwd omr tnd".split()


def process_incoming(request):
    if not signed(request["headers"].get("stripe-signature", ""), request["content_raw"]):
        return {"error": "The signature does not match, or is older than five minutes."}
    event = request["content"]
    handler = HANDLERS.get(event["type"])
    shown = handler(event["data"]["object"]) if handler else None
    if shown is None:
        log.info("nothing to post", type=event["type"], id=event["id"])
        return None
    headline, attachment = shown
    if not event["livemode"]:
        headline = f"[test] {headline}"
    place = "" if event["livemode"] else "test/"
    attachment["title_link"] = f"https://dashboard.stripe.com/{place}{attachment['title_link']}"
    attachment["fields"] = [
        {"title": name, "value": str(value), "short": True} for name, value in attachment["fields"].items() if value
    ]
    return {"content": {"text": headline, "attachments": [attachment]}}


def signed(header, body):
    """Stripe-Signature is `t=<seconds>,v1=<signature>,...`, and signs the time, a dot and the body.

    While a secret is being replaced there are two v1, and one of them has to be right; v0 is for tests and is no
    signature.
    """
    parts = [part.strip().partition("=") for part in header.split(",")]
    times = [value for name, _, value in parts if name == "t" and value.isdecimal()]
    if len(times) != 1 or abs(time.time() - int(times[0])) > FIVE_MINUTES:
        return False
    signatures = [value for name, _, value in parts if name == "v1"]
    return any(secrets.verify_hmac("stripe", f"{times[0]}.{body}", signature) for signature in signatures[:5])


def payment_failed(intent):
    error = intent["last_payment_error"] or {}
    return f":x: A payment of {money(intent)} failed", {
        "color": RED,
        "title": error.get("message") or "The payment failed.",
        "title_link": f"payments/{intent['id']}",
        "fields": {
            "Reason": error.get("decline_code") or error.get("code"),
            "Customer": intent["receipt_email"] or intent["customer"],
            "For": intent["description"],
        },
    }


def disputed(dispute):
    details = dispute["evidence_details"]
    return f":rotating_light: A payment of {money(dispute)} is disputed", {
        "color": RED,
        "title": f"The bank says: {dispute['reason'].replace('_', ' ')}",
        "title_link": f"disputes/{dispute['id']}",
        "fields": {"Answer by": day(details["due_by"]) if details["due_by"] else None, "Charge": dispute["charge"]},
    }


def dispute_closed(dispute):
    won = dispute["status"] == "won"
    return f"{':white_check_mark:' if won else ':x:'} The dispute about {money(dispute)} is {dispute['status']}", {
        "color": GREEN if won else RED,
        "title": dispute["reason"].replace("_", " ").capitalize(),
        "title_link": f"disputes/{dispute['id']}",
        "fields": {"Charge": dispute["charge"]},
    }


def refunded(charge):
    refunded_in_all = money(charge, charge["amount_refunded"])
    return f":leftwards_arrow_with_hook: {refunded_in_all} of {money(charge)} refunded", {
        "color": ORANGE,
        "title": charge["description"] or "Refund",
        "title_link": f"payments/{charge['payment_intent'] or charge['id']}",
        "fields": {"Customer": charge["billing_details"]["name"] or charge["customer"]},
    }


def invoice_paid(invoice):
    if invoice["amount_paid"] == 0:
        return None  # trials and vouchers
    return f":moneybag: {money(invoice, invoice['amount_paid'])} received", {
        "color": GREEN,
        "title": f"{invoice['customer_name']}, invoice {invoice['number']}",
        "title_link": f"invoices/{invoice['id']}",
        "fields": {"For": lines_of(invoice), "Because": invoice["billing_reason"].replace("_", " ")},
    }


def invoice_failed(invoice):
    again = invoice["next_payment_attempt"]
    return f":x: Invoice {invoice['number']} over {money(invoice, invoice['amount_due'])} was not paid", {
        "color": RED if again is None else ORANGE,
        "title": f"{invoice['customer_name']}, attempt {invoice['attempt_count']}",
        "title_link": f"invoices/{invoice['id']}",
        "fields": {"For": lines_of(invoice), "Next attempt": day(again) if again else "none"},
    }


def subscription_ended(subscription):
    details = subscription["cancellation_details"]
    return ":wave: A subscription has ended", {
        "color": GREY,
        "title": ", ".join(plan_of(item) for item in subscription["items"]["data"]),
        "title_link": f"subscriptions/{subscription['id']}",
        "text": details["comment"] or "",
        "fields": {
            "Because": (details["feedback"] or details["reason"] or "").replace("_", " "),
            "Since": day(subscription["start_date"]),
            "Customer": subscription["customer"],
        },
    }


def payout_failed(payout):
    return f":x: A payout of {money(payout)} failed", {
        "color": RED,
        "title": payout["failure_message"] or payout["failure_code"],
        "title_link": f"payouts/{payout['id']}",
        "fields": {"Was due": day(payout["arrival_date"])},
    }


def payout_paid(payout):
    return f":bank: {money(payout)} paid out", {
        "color": BLUE,
        "title": payout["description"] or "Payout",
        "title_link": f"payouts/{payout['id']}",
        "fields": {"On the account": day(payout["arrival_date"])},
    }


HANDLERS = {
    "payment_intent.payment_failed": payment_failed,
    "charge.dispute.created": disputed,
    "charge.dispute.closed": dispute_closed,
    "charge.refunded": refunded,
    "invoice.paid": invoice_paid,
    "invoice.payment_failed": invoice_failed,
    "customer.subscription.deleted": subscription_ended,
    "payout.failed": payout_failed,
    "payout.paid": payout_paid,
}


def money(thing, amount=None):
    """ "49.00 EUR": Stripe counts in the smallest unit of the currency."""
    currency = thing["currency"]
    decimals = 0 if currency in WHOLE else 3 if currency in THOUSANDTHS else 2
    number = thing["amount"] if amount is None else amount
    return f"{number / 10**decimals:,.{decimals}f} {currency.upper()}"


def lines_of(invoice):
    return ", ".join(line["description"] for line in invoice["lines"]["data"][:3] if line["description"])


def plan_of(item):
    price = item["price"]
    return (
        f"{price['nickname'] or price['id']}, {money(price, price['unit_amount'])} a {price['recurring']['interval']}"
    )


def day(seconds):
    return time.strftime("%d %b %Y", time.gmtime(seconds))
