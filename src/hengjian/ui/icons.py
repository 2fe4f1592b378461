"""The icons: sixteen-pixel line drawings, written into the page where they stand.

Inline rather than a sprite file: a partial, a printed page and an error page need no second request.
"""

from __future__ import annotations

ICONS: dict[str, str] = {
    "bell": '<path d="M3 11.5h10q-1.5-1.3-1.5-5a3.5 3.5 0 0 0-7 0q0 3.7-1.5 5zM6.7 13.8h2.6"/>',
    "book": '<path d="M8 3.5Q5.5 2 2 2.5v10.5q3.5-.5 6 1 2.5-1.5 6-1V2.5Q10.5 2 8 3.5zM8 3.5V14"/>',
    "cam": '<path d="M1.5 5h3l1.2-2h4.6L11.5 5h3v8.5h-13z"/><circle cx="8" cy="9" r="2.6"/>',
    "case": '<path d="M1.5 5h13v8.5h-13zM5.5 5V2.5h5V5M1.5 8.5h13"/>',
    "check": '<path d="M3 8.5l3.2 3.2L13 4.8"/>',
    "clip": '<path d="M4 2.5h8v11.5H4zM6 1.5h4v2H6zM6 7.5h4M6 10.5h3"/>',
    "clock": '<circle cx="8" cy="8" r="6.2"/><path d="M8 4.5V8l2.5 1.5"/>',
    "desk": '<path d="M2 3.5h12v7H2zM5.5 13.5h5M8 10.5v3"/>',
    "dn1": '<path d="M4 6l4 4 4-4"/>',
    "doc": '<path d="M3.5 1.5h6l3 3v10h-9zM9.5 1.5v3h3M5.5 8h5M5.5 11h5"/>',
    "dot": '<circle cx="8" cy="8" r="3"/>',
    "down": '<path d="M8 2v8.5M4.5 7.2L8 10.7l3.5-3.5M2.5 13.8h11"/>',
    "eye": '<path d="M1.5 8Q4.5 3.5 8 3.5T14.5 8Q11.5 12.5 8 12.5T1.5 8z"/><circle cx="8" cy="8" r="2"/>',
    "find": '<circle cx="7" cy="7" r="4.8"/><path d="M10.5 10.5l4 4"/>',
    "flag": '<path d="M3.5 14.5v-12h8l-1.5 3 1.5 3h-8"/>',
    "flask": '<path d="M6 1.5h4M6.8 1.5v5L2.8 13q-.4 1.3 1 1.5h8.4q1.4-.2 1-1.5l-4-6.5v-5M4.8 10h6.4"/>',
    "gauge": '<path d="M2 12.5a6.5 6.5 0 1 1 12 0M8 10.5l3-4"/>',
    "gear": (
        '<circle cx="8" cy="8" r="2.2"/><path d="M8 1.5v2M8 12.5v2M1.5 8h2M12.5 8h2M3.4 3.4l1.4 1.4M11.2 11.2'
        'l1.4 1.4M3.4 12.6l1.4-1.4M11.2 4.8l1.4-1.4"/>'
    ),
    "key": '<circle cx="5" cy="11" r="3.2"/><path d="M7.300 8.700L13.500 2.500M11 5l2 2"/>',
    "link": '<path d="M6.5 9.5l3-3M7 4.5L9 2.7a3 3 0 0 1 4.2 4.2L11.4 9M9 11.5L7 13.3a3 3 0 0 1-4.2-4.2L4.6 7"/>',
    "lock": '<path d="M3 7h10v7H3zM5 7V4.8a3 3 0 0 1 6 0V7"/>',
    "lt": '<path d="M10 3.5L5.5 8l4.5 4.5"/>',
    "man": '<circle cx="8" cy="5" r="3"/><path d="M2.5 14.5q0-5 5.5-5t5.5 5"/>',
    "medal": '<circle cx="8" cy="5.5" r="4"/><path d="M5.5 9l-1 5.5L8 12.7l3.5 1.8-1-5.5"/>',
    "menu": '<path d="M2 4h12M2 8h12M2 12h12"/>',
    "minus": '<path d="M4 8h8"/>',
    "off": (
        '<path d="M4.5 12.5h7.2M13.8 11.4A3 3 0 0 0 11.8 6.5 4.2 4.2 0 0 0 6 4.2M4 6.5a3 3 0 0 0 .5 6M1.5 1.5l13 13"/>'
    ),
    "org": '<path d="M2.5 13.5v-9l5-2v11M7.5 6.5l6 2v5M1 13.5h14M4.5 6.5h1M4.5 9h1M10 10.5h1"/>',
    "pause": '<circle cx="8" cy="8" r="6.2"/><path d="M6.5 5.8v4.4M9.5 5.8v4.4"/>',
    "pin": '<path d="M8 14.5Q3.5 9.5 3.5 6.2a4.5 4.5 0 0 1 9 0Q12.5 9.5 8 14.5z"/><circle cx="8" cy="6.2" r="1.5"/>',
    "plus": '<path d="M8 3v10M3 8h10"/>',
    "print": '<path d="M4.5 5.5v-4h7v4M4.5 11H2V5.5h12V11h-2.5M4.5 9h7v5.5h-7z"/>',
    "pulse": '<path d="M1 8.5h3l2-5 3.5 9 2-4H15"/>',
    "qr": '<path d="M2 2h4v4H2zM10 2h4v4h-4zM2 10h4v4H2zM10 10h1.5v1.5M14 10v4h-2.5"/>',
    "ring": '<circle cx="8" cy="8" r="5.5"/>',
    "rt": '<path d="M6 3.5L10.5 8 6 12.5"/>',
    "seal": '<circle cx="8" cy="8" r="6.2"/><path d="M5 8.3l2.2 2.2L11.2 6"/>',
    "shield": '<path d="M8 1.5l5.5 2v4.5q0 4-5.5 6.5Q2.5 12 2.5 8V3.5z"/>',
    "star": '<path d="M8 2l1.9 3.9 4.3.6-3.1 3 .7 4.3L8 11.8l-3.8 2 .7-4.3-3.1-3 4.3-.6z"/>',
    "stop": '<circle cx="8" cy="8" r="6.200"/><path d="M4 12l8-8"/>',
    "sync": '<path d="M2.5 7a5.6 5.6 0 0 1 10-2.5M13 1.8v3h-3M13.5 9a5.6 5.6 0 0 1-10 2.5M3 14.2v-3h3"/>',
    "target": '<circle cx="8" cy="8" r="6.2"/><circle cx="8" cy="8" r="2.5"/>',
    "up": '<path d="M8 10.700V2.200M4.500 5.500L8 2l3.500 3.500M2.500 13.800h11"/>',
    "warn": '<path d="M8 2L14.8 13.7H1.2zM8 6.5v3.5M8 11.7v.3"/>',
    "x": '<path d="M4 4l8 8M12 4l-8 8"/>',
}
