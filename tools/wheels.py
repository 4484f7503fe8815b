"""Build a wheel for each sort of machine in dist/, with one C compiler that makes libraries for all: `make wheels`."""

import os
import subprocess
import sys
from pathlib import Path

from seatwise.logs.compiling import fetched

TARGETS = {  # what the compiler calls it: what the wheel is named by
    "x86_64-linux-gnu.2.17": "manylinux_2_17_x86_64",
    "aarch64-linux-gnu.2.17": "manylinux_2_17_aarch64",
    "x86_64-linux-musl": "musllinux_1_2_x86_64",
    "aarch64-linux-musl": "musllinux_1_2_aarch64",
    "x86_64-macos.11.0": "macosx_11_0_x86_64",
    "aarch64-macos.11.0": "macosx_11_0_arm64",
    "x86_64-windows-gnu": "win_amd64",
    "aarch64-windows-gnu": "win_arm64",
}


def main() -> None:
    """Build them one after the other."""
    with fetched() as command:
        if not command:
            sys.exit("The compiler could not be fetched. Nothing was built. Is a package index within reach?")
        for target, platform in TARGETS.items():
            environment = {**os.environ, "CC": " ".join([*command, "-target", target]), "SEATWISE_WHEEL": platform}
            pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps"]
            subprocess.run([*pip, "--wheel-dir", "dist", "."], check=True, env=environment)  # noqa: S603
            [made] = Path("dist").glob(f"*-py3-none-{platform}.whl")
            print(made)


if __name__ == "__main__":
    main()
