"""The characters that do something to a terminal or deceive a reader, as ranges for a regular expression's ``[...]``.

Only strings, no compiled expressions: commands that must start quickly read them too.
"""

from typing import Final

# C0 controls besides tab and line feed, delete, C1 controls: a terminal acts on them
CONTROLS: Final = "\x00-\x08\x0b-\x1f\x7f-\x9f"
TAB_AND_LINE_FEED: Final = "\x09\x0a"
SEPARATORS: Final = "\u2028\u2029"  # of lines and paragraphs
# the soft hyphen, joiners, direction marks: invisible, but honest text in Persian, Hebrew or emoji is written with them
JOINERS_AND_MARKS: Final = "\u00ad\u061c\u200c-\u200f"
# bidi overrides and isolates, which turn text around; zero-width marks, the byte-order mark, tags: no honest text needs
# them
OVERRIDES_AND_INVISIBLES: Final = "\u180e\u200b\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
SURROGATES: Final = "\ud800-\udfff"
# fillers that look like nothing, the invisible formats of scripts and music, reserved tags
BLANKS: Final = (
    "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\ufff0-\ufff8\U00013430-\U0001345f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0080-\U000e00ff"
)

# what no prompt or link needs: to be taken out of text that keeps its lines and goes on being used as text
NEVER_NEEDED: Final = CONTROLS + OVERRIDES_AND_INVISIBLES
# what can act on a terminal or hide there, in text that must stay exact and can have escapes: JSON, a command to copy
ACTIVE: Final = NEVER_NEEDED + SEPARATORS + JOINERS_AND_MARKS
# everything, for text that is only shown
UNSAFE: Final = ACTIVE + BLANKS + SURROGATES
