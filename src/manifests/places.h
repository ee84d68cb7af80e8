// Where in a file each field of an object stands.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace gpuscaler::manifests {

// Paths are like "spec.fallback.replicas"; of a list's item the list's.
class Places {
 public:
  // `line`: where the object itself begins.
  explicit Places(int line = 0) : line_(line) {}

  void Set(std::string path, int line) { lines_.emplace(std::move(path), line); }
  bool Has(std::string_view path) const { return lines_.find(path) != lines_.end(); }
  // The line of the field's key; of a field that is not given that of what it would
  // be in.
  int LineOf(std::string_view path) const {
    for (;;) {
      if (const auto found = lines_.find(path); found != lines_.end()) return found->second;
      const size_t dot = path.rfind('.');
      if (dot == std::string_view::npos) return line_;
      path = path.substr(0, dot);
    }
  }

 private:
  int line_;
  std::map<std::string, int, std::less<>> lines_;
};

}  // namespace gpuscaler::manifests
