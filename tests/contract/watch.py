"""inotify without a library: the names of files closed after writing in one folder, in order."""
# SPDX-License-Identifier: Apache-2.0
import ctypes
import os
import select
import struct
import time

IN_CLOSE_WRITE = 8
LIBC = ctypes.CDLL(None, use_errno=True)


class CloseWatch:
    def __init__(self, folder):
        self.descriptor = LIBC.inotify_init1(os.O_NONBLOCK)
        if self.descriptor < 0 or LIBC.inotify_add_watch(self.descriptor, folder.encode(), IN_CLOSE_WRITE) < 0:
            raise OSError(ctypes.get_errno(), "inotify")

    def wait(self, name, seconds):
        """True as soon as a file of this name was closed after writing."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if not select.select([self.descriptor], [], [], left)[0]:
                return False
            data = os.read(self.descriptor, 65536)
            while data:
                _, _, _, length = struct.unpack("iIII", data[:16])
                if data[16:16 + length].rstrip(b"\0").decode() == name:
                    return True
                data = data[16 + length:]
        return False

    def close(self):
        os.close(self.descriptor)
