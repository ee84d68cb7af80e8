// A series, or a group of them, by its labels, in sixteen bytes whatever the labels are.
#pragma once

#include <string_view>

#include "base/sip_hash.h"

namespace gpuscaler::engines {

using SeriesKey = base::SipHash;

// `labels` as text, sorted. The same for the life of this process, under a key that is
// no other's: a page cannot make two series pass for one, and by chance two of ten
// thousand million do once in 10^19 times. Any thread.
SeriesKey KeyOf(std::string_view labels);

}  // namespace gpuscaler::engines
