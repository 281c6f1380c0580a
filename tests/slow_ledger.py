"""A ledger of points kept day by day, one point at a time: slow, and plain enough to be believed."""

import calendar
from datetime import date, timedelta

IN_A_DAY = {"earn": 0, "redeem": 1, "reverse": 2, "adjust": 3, "expire": 4}


def months_on(day, months):
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


class SlowLedger:
    """The account of one member; redemptions and expiries are cut to what there is, and left out at nothing.

    Events are dicts of event_id, date, kind, points, expires, reverses. ``kept`` are those that count.
    """

    def __init__(self, events, *, as_of, valid_months=None, inactive_months=None, order="first_expiring"):
        self.valid_months, self.inactive_months, self.order = valid_months, inactive_months, order
        self.sums = dict.fromkeys(("earned", "adjusted", "redeemed", "expired", "reversed"), 0)
        self.purse, self.owed, self.kept, self.active = [], 0, [], None
        self.returnable, self.balances = {}, {}
        places = {id(event): (self.place_in_day(event), n) for n, event in enumerate(events)}
        day = min(event["date"] for event in events)
        while day <= as_of:
            for event in sorted((each for each in events if each["date"] == day), key=lambda each: places[id(each)]):
                self.book(event, day, (day, places[id(event)]))
            self.end_of_day(day)
            self.balances[day] = len(self.purse) - self.owed
            day += timedelta(days=1)

    def place_in_day(self, event):
        return 0 if event["kind"] == "adjust" and event["points"] > 0 else IN_A_DAY[event["kind"]]

    def turn(self, point):
        return (point["expires"] or date.max, point["place"]) if self.order == "first_expiring" else point["place"]

    def book(self, event, day, place):
        kind, number = event["kind"], event["points"]
        if self.place_in_day(event) == 0:
            self.add(event, day, place)
            self.active = day
        elif kind in ("redeem", "expire"):
            taken = sorted(self.purse, key=self.turn)[:number]
            if not taken:
                return
            event = event | {"points": len(taken)}
            for point in taken:
                self.purse.remove(point)
                self.returnable[point["lot"]] -= kind == "expire"
            self.sums["redeemed" if kind == "redeem" else "expired"] += len(taken)
            self.active = day if kind == "redeem" else self.active
        else:
            self.take_back(kind, abs(number), event.get("reverses"))
        self.kept.append(event)

    def add(self, event, day, place):
        number = event["points"]
        self.sums["earned" if event["kind"] == "earn" else "adjusted"] += number
        filled = min(self.owed, number)
        self.owed -= filled
        ends = event["expires"] or (months_on(day, self.valid_months) if self.valid_months else None)
        self.returnable[event["event_id"]] = number
        self.purse += [{"lot": event["event_id"], "expires": ends, "place": place} for _ in range(number - filled)]

    def take_back(self, kind, wanted, own):
        if own is not None:
            wanted = min(wanted, self.returnable[own])
            self.returnable[own] -= wanted
        self.sums["reversed" if kind == "reverse" else "adjusted"] += wanted if kind == "reverse" else -wanted
        own_first = sorted(self.purse, key=lambda point: (point["lot"] != own, self.turn(point)))
        for point in own_first[:wanted]:
            self.purse.remove(point)
        self.owed += max(wanted - len(own_first), 0)

    def end_of_day(self, day):
        idle = self.inactive_months and self.active and day == months_on(self.active, self.inactive_months)
        for point in [each for each in self.purse if idle or each["expires"] == day]:
            self.purse.remove(point)
            self.returnable[point["lot"]] -= 1
            self.sums["expired"] += 1
