// A simulated course in words.
#pragma once

#include <string>

#include "simulation/simulation.h"

namespace gpuscaler::simulation {

// A line for each decision that changed something or differs from the one before it, with
// `all` for every one.
std::string Timeline(const SimulatedObject& object, const Course& course, bool all);

// How it went: replicas, time at the limit, what waited; and what the model leaves out.
std::string Summary(const SimulatedObject& object, const Course& course);

// "1:05:30".
std::string ClockText(base::Duration at);

}  // namespace gpuscaler::simulation
