// A simulated course as a picture: load, value against target, replicas.
#pragma once

#include <string>

#include "simulation/simulation.h"

namespace gpuscaler::simulation {

// Of itself complete: no script, no font, nothing to load; light or dark as the reader's
// system is.
std::string Svg(const SimulatedObject& object, const Course& course);
// A page around it, with `text` below.
std::string Html(const SimulatedObject& object, const Course& course, const std::string& text);

}  // namespace gpuscaler::simulation
