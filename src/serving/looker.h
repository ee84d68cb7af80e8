// On whose behalf a trigger is looked at, which decides what is kept of it.
#pragma once

#include <cstdint>

namespace gpuscaler::serving {

enum class Looker : uint8_t {
  kKeda,      // it asks: all is kept
  kFollower,  // between its questions: what is seen of a trigger that it asks about
  kOnlooker,  // nothing
};

}  // namespace gpuscaler::serving
