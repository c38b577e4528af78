// Lines of track_interface, track_script, track_file, track_process and track_bfd, and the blocks that define what is tracked:
// vrrp_script, vrrp_track_process, track_file. Rows are in track.cpp.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "parent/model/bind.h"

namespace holdfast::model {

// Setters of the five blocks, for the struct that holds the Tracking.
void track_interfaces(Use& use, Tracking& tracking);
void track_scripts(Use& use, Tracking& tracking);
void track_files(Use& use, Tracking& tracking);
void track_processes(Use& use, Tracking& tracking);
void track_bfds(Use& use, Tracking& tracking);

}  // namespace holdfast::model
