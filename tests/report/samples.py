# SPDX-License-Identifier: GPL-2.0-or-later
"""Logs for the report's tests: lines as garpd run --log json writes them (docs/schema/log.json)."""
import datetime
import json

BEGAN = datetime.datetime(2026, 11, 29, 3, 12, 0, tzinfo=datetime.timezone.utc)
HOSTILE = "</script><script>document.title='taken'</script><!-- \u2028 <b>&amp;"


def moment(seconds):
    return (BEGAN + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


class Log:
    def __init__(self):
        self.lines = []

    def add(self, at, message, level="info", **members):
        self.lines.append({"time": moment(at), "level": level, "message": message, **members})

    def daemon(self, at, event, message=None):
        self.add(at, message or event, daemon=event)

    def event(self, at, address, event, text, mac, port, state, old="none", segment="br0", guest=None, level="info", **more):
        place = f"{port} [{guest}]" if guest else port
        members = dict(event=event, event_time=moment(at), segment=segment, bridge=segment, vlan=None, inner_vlan=None,
                       address=address, mac=mac, port=port, guest=guest, old_state=old, state=state, window_probes=1,
                       announcements=0, sent=False, listener=None, confirmed_by=None, not_logged=0)
        members.update(more)
        text = f"announced for {mac} on {place} ({text})" if members["sent"] else f"{mac} on {place}: {text}"
        self.add(at, f"{segment}: {address}: {text}", level, **members)

    def failover(self, at, address, mac, port, guest=None, old="none", confirmed="192.0.2.254", segment="br0"):
        """What a Windows guest and garpd do: three probes, a question, its answer, two announcements."""
        def event(after, *words, **more):
            self.event(at + after, address, *words, segment=segment, guest=guest, **more)
        event(0, "window_opened", "probe received; window opened", mac, port, "probing", old)
        event(1, "window_continued", "probe received; window continues", mac, port, "probing", "probing", window_probes=2)
        event(3.05, "asking", "window passed quietly; asking the guest", mac, port, "asking", "probing", window_probes=3)
        event(3.051, "answered", "1 of 2", mac, port, "announcing", "asking", sent=True, announcements=1)
        if confirmed:
            event(3.054, "confirmed", f"confirmed by {confirmed} 2.9 ms after the announcement", mac, port, "announcing",
                  "announcing", listener=confirmed, confirmed_by=confirmed)
        event(4.151, "announce_done", "2 of 2", mac, port, "owned", "announcing", sent=True, announcements=2)

    def write(self, path):
        with open(path, "w", encoding="utf-8") as file:
            for line in self.lines:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
        return path


def mac_of(number):
    return f"00:15:5d:00:{number // 256:02x}:{number % 256:02x}"


def story():
    """One night: a failover and its way back, a conflict, a guest that may not, one with a hostile name, one that
    announces itself, one that does not answer, one whose probes were before the log; garpd is stopped, and killed."""
    log = Log()
    log.daemon(0, "starting", "starting: garpd 0.1.0")
    log.daemon(0.2, "ready")
    log.failover(10, "192.0.2.10", mac_of(1), "tap101i0", "sql-a")
    log.failover(140, "192.0.2.10", mac_of(2), "tap102i0", "sql-b", "owned")
    log.failover(150, "192.0.2.20", mac_of(3), "tap103i0", HOSTILE, confirmed=None)
    log.event(200, "192.0.2.30", "window_opened", "probe received; window opened", mac_of(4), "tap104i0", "probing", "owned")
    log.event(200.4, "192.0.2.30", "conflict_asserted", "conflict: uses the address; not announced", mac_of(5), "tap105i0",
              "conflict", "probing", level="warning")
    log.event(230, "192.0.2.40", "denied_never", "denied: configured announce: never", mac_of(6), "tap106i0", "denied", level="warning")
    log.event(250, "2001:db8::10", "window_opened", "probe received; window opened", mac_of(7), "tap107i0", "probing")
    log.event(251, "2001:db8::10", "self_announced", "announced itself; nothing to add", mac_of(7), "tap107i0", "owned", "probing")
    log.event(300, "192.0.2.50", "asking", "window passed quietly; asking the guest", mac_of(8), "tap108i0", "asking", "probing")
    log.event(301.6, "192.0.2.50", "unanswered", "not announced yet: the guest does not answer", mac_of(8), "tap108i0",
              "unanswered", "asking", level="warning")
    log.daemon(400, "stopped", "stopped; programs stay attached; to remove them: garpd detach")
    log.daemon(410, "starting", "starting: garpd 0.1.0")
    log.daemon(410.3, "ready")
    log.event(500, "192.0.2.60", "answered", "1 of 2", mac_of(9), "tap109i0", "announcing", "asking", sent=True)
    log.add(520, "tap110i0: not heard: an XDP program comes before garpd's", "warning")
    # It was killed in an open window; the line of its probe comes late, with its own time.
    log.daemon(602, "starting", "starting: garpd 0.1.0")
    log.daemon(602.4, "ready")
    log.failover(600.5, "192.0.2.10", mac_of(1), "tap101i0", "sql-a", "owned")
    return log


def many(addresses, events=0):
    """A hypervisor's guests fail over within a minute; up to so many events of everyday's refresh in all."""
    log = Log()
    log.daemon(0, "ready")
    for number in range(addresses):
        address, port = f"198.51.{100 + number // 250}.{number % 250 + 1}", f"tap{200 + number}i0"
        log.failover(60 + number * 60 / addresses, address, mac_of(number), port, f"web-{number}", "owned" if number % 3 else "none")
        for turn in range(max(events - 6 * addresses, 0) // addresses):
            log.event(600 + turn * 300 + number / 10, address, "announce_refresh", "refresh", mac_of(number), port, "owned",
                      "owned", sent=True, guest=f"web-{number}")
    return log
