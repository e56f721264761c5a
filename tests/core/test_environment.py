import re
from pathlib import Path

import qr_tui
from qr_tui.core import environment


def test_no_other_file_spells_out_the_name_of_a_variable() -> None:
    names = [value for name, value in vars(environment).items() if name.isupper()]
    literal = re.compile("|".join(f"[\"']{name}[\"']" for name in names))
    package = Path(qr_tui.__file__).parent
    found = [path for path in package.rglob("*.py") if literal.search(path.read_text())]
    assert found == [Path(environment.__file__)]
