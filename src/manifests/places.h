// Where in a file each field of an object stands.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace gpuscaler::manifests {

// Paths are like "spec.fallback.replicas"; of a list's item the list's.
class Places {
 public:
  // `line`: where the object itself begins.
  explicit Places(int line = 0) : line_(line) {}

  // `given`: not null, which to the API server is as good as not there.
  void Set(std::string path, int line, bool given) {
    fields_.emplace(std::move(path), Field{line, given});
  }
  bool Has(std::string_view path) const {
    const auto found = fields_.find(path);
    return found != fields_.end() && found->second.given;
  }
  // Of a field whose value is none that it can have.
  void SetRefused(std::string_view path) {
    if (const auto found = fields_.find(path); found != fields_.end()) found->second.refused = true;
  }
  // It, or what it would be in, was refused already: that it is not there is no news.
  bool IsRefused(std::string_view path) const {
    for (;;) {
      const auto found = fields_.find(path);
      if (found != fields_.end() && found->second.refused) return true;
      const size_t dot = path.rfind('.');
      if (dot == std::string_view::npos) return false;
      path = path.substr(0, dot);
    }
  }
  // The line of the field's key; of a field that is not given that of what it would
  // be in.
  int LineOf(std::string_view path) const {
    for (;;) {
      if (const auto found = fields_.find(path); found != fields_.end()) return found->second.line;
      const size_t dot = path.rfind('.');
      if (dot == std::string_view::npos) return line_;
      path = path.substr(0, dot);
    }
  }

 private:
  struct Field {
    int line = 0;
    bool given = false;
    bool refused = false;
  };

  int line_;
  std::map<std::string, Field, std::less<>> fields_;
};

}  // namespace gpuscaler::manifests
