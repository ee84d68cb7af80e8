// What every object of KEDA begins with: apiVersion, kind and metadata.
#pragma once

#include <string>
#include <string_view>

#include "manifests/map_reader.h"

namespace gpuscaler::manifests {

struct ObjectHead {
  std::string name;              // empty: not given, which is a problem
  std::string object_namespace;  // empty: not given
};

// `object`: the whole of it. `what`: "a ScaledObject". An apiVersion that is not given is none of
// the problems: who reads files for the triggers in them can do without.
ObjectHead ReadObjectHead(const MapReader& object, std::string_view what, const Places& places);

}  // namespace gpuscaler::manifests
