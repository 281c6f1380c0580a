"""The periods that tables are divided into: of one length, or listed in a calendar of one's own."""

from crmkit._calendars._calendar import Calendar
from crmkit._calendars._choice import calendar_if_any, calendar_of

__all__ = ["Calendar", "calendar_if_any", "calendar_of"]
