"""The steps of an installation that setuptools does not know: the C library is made, and named by its platform."""

import os
import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py

SOURCE = Path(__file__).parent / "src"
sys.path.insert(0, str(SOURCE))

from seatwise.logs import compiling  # noqa: E402

PLATFORM = os.environ.get("SEATWISE_WHEEL", "")  # of a wheel for another machine, such as manylinux_2_17_x86_64


class BuildWithLibrary(build_py):
    """Copies what is Python's, and makes the library; without one, logs are read by plain Python."""

    def run(self) -> None:
        super().run()
        folder = SOURCE if self.editable_mode else Path(self.build_lib)
        folder = folder / "seatwise" / "logs" / "kernel"
        made = compiling.build(folder, PLATFORM, anew=not self.editable_mode)
        if made is not None:
            print(f"seatwise: made {made.name}")
            return
        print("seatwise: the C library was not made; logs will be read by plain Python")
        print((folder / compiling.LOG).read_text(encoding="utf-8") if (folder / compiling.LOG).exists() else "")


class WheelOfOnePlatform(bdist_wheel):
    """A wheel for any Python 3, but for the machines that its library is for."""

    def get_tag(self) -> tuple[str, str, str]:
        python, abi, platform = super().get_tag()
        folder = Path(self.bdist_dir) / "seatwise" / "logs" / "kernel"
        if any(folder.glob("kernel-*")):
            platform = PLATFORM or self.plat_name.replace("-", "_").replace(".", "_")
        return python, abi, platform


setup(cmdclass={"build_py": BuildWithLibrary, "bdist_wheel": WheelOfOnePlatform})
