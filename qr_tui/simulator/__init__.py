"""The QuickRouter API on a port of this machine: for the demo, for tests, for trying things without paying.

Importing it is light; Starlette and uvicorn come when one is started. `scenarios` tells the words that steer a video
from its prompt, `options` the faults, `control` the control path.
"""

from qr_tui.simulator.options import Fault, Options, parse_fault
from qr_tui.simulator.server import Simulator, run

__all__ = ["Fault", "Options", "Simulator", "parse_fault", "run"]
