// Waits for a condition that another thread or process brings about.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <thread>

namespace gpuscaler {

// Looks every millisecond; after `patience` the test fails and false is
// returned. Sanitizers and loaded machines are slow: patience costs nothing.
inline bool Await(const std::function<bool()>& condition,
                  std::chrono::seconds patience = std::chrono::seconds(30)) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) {
      ADD_FAILURE() << "the awaited condition did not come about";
      return false;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace gpuscaler
