// auth_hmac, the signed trailer of keepalived 2.4. Rows are in signing.cpp.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "parent/model/bind.h"

namespace holdfast::model {

// Setter of the block, for an Instance.
void auth_hmac(Use& use);

}  // namespace holdfast::model
