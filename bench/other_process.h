// What a process has used so far, seen from another one.
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "base/time.h"

namespace gpuscaler::bench {

// User and system time of all its threads, ended ones included.
base::Duration CpuOf(pid_t process);

// Its resident anonymous memory, in bytes: without the pages of files, which come and go with what
// code runs.
int64_t AnonymousBytesOf(pid_t process);

}  // namespace gpuscaler::bench
