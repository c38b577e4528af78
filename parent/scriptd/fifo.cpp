// An existing object is used only if it is a FIFO of this user's or of the configured one; links are not followed.
// SPDX-License-Identifier: Apache-2.0
#include "parent/scriptd/fifo.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace holdfast::scriptd {

Result<OpenedFifo> open_fifo(const OpenFifo& message, Mode mode) {
  const std::string noun = "notify fifo " + message.path;
  OpenedFifo opened;
  if (mkfifo(message.path.c_str(), 0644) == 0) opened.created = true;
  else if (errno != EEXIST) return Error{noun, errno};
  opened.descriptor = Fd(open(message.path.c_str(), O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY));
  if (!opened.descriptor) return Error{noun, errno};
  struct stat state {};
  if (fstat(opened.descriptor.get(), &state) != 0 || !S_ISFIFO(state.st_mode)) return Error{noun + " is not a fifo - not using", EPERM};
  if (opened.created) return opened;
  if (state.st_uid == geteuid()) return opened;
  if (!message.user.empty()) {
    HF_TRY(const Account owner, resolve_account(mode, message.user, message.group));
    if (state.st_uid == owner.uid) return opened;
  }
  return Error{noun + " is not a fifo we own - not using", EPERM};
}

}  // namespace holdfast::scriptd
