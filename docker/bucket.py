"""Makes the bucket of ``ATELIER_ARTEFACTS_URL`` if it is not there yet; waits for the storage to answer."""

from __future__ import annotations

import sys
import time

import s3fs

from atelier.settings import Settings

WAIT_S = 60.0


def main() -> int:
    """0 when the bucket is there, 1 with one line when it cannot be."""
    settings = Settings.load()
    bucket = settings.artefacts.removeprefix("s3://").partition("/")[0]
    files = s3fs.S3FileSystem(client_kwargs={"endpoint_url": settings.s3_endpoint})
    deadline = time.monotonic() + WAIT_S
    while True:
        try:
            if not files.exists(bucket):
                files.mkdir(bucket)
        except Exception as fault:  # each storage has errors of its own
            if time.monotonic() > deadline:
                sys.stderr.write(f"no bucket {bucket}: {type(fault).__name__}: {fault}\n")
                return 1
            time.sleep(1)
        else:
            return 0


if __name__ == "__main__":
    sys.exit(main())
