// A mapping of a YAML file, read key by key into checked values.
//
// Errors are collected rather than returned: the first one is kept, with its
// line, and reading goes on with fallbacks, so that a parser is a list of what
// it reads and asks once, at the end.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "base/time.h"
#include "yaml-cpp/yaml.h"

namespace gpuscaler::sources {

class FirstError {
 public:
  // `what` says what was wrong and what is allowed. Lines count from 1.
  void Add(int line, std::string_view what);
  // INVALID_ARGUMENT "LINE: what", or OK.
  const absl::Status& status() const { return status_; }

 private:
  absl::Status status_;
};

using Names = std::vector<std::string_view>;

// "a, b, c".
std::string Join(const Names& names);
// For a message: the known name nearest to `word`, "; did you mean ...?", and
// all that are known.
std::string Allowed(std::string_view word, const Names& known);

struct YamlEntry {
  std::string key;
  int line = 0;
  YAML::Node value;
};

// `node` as a list of its keys; an error, and empty, when it is no mapping or
// holds a key twice.
std::vector<YamlEntry> ReadEntries(const YAML::Node& node, int line, std::string_view what,
                                   FirstError* error);

class YamlMap {
 public:
  // `what` names the mapping in messages: "a GPU". `error` must outlive the map.
  YamlMap(const YAML::Node& node, int line, std::string_view what, FirstError* error);

  // Errors for keys that are not in `known`.
  void CheckKeys(const Names& known) const;
  // An error for each of `keys` that is missing.
  void CheckPresent(const Names& keys) const;

  const YamlEntry* Find(std::string_view key) const;
  int LineOf(std::string_view key) const;
  void Fail(std::string_view key, std::string_view what) const;

  // Each answers `fallback` when the key is absent or its value is wrong.
  double Number(std::string_view key, double low, double high, double fallback) const;
  uint64_t Whole(std::string_view key, uint64_t low, uint64_t high, uint64_t fallback) const;
  base::Duration Time(std::string_view key, base::Duration low, base::Duration fallback) const;
  std::string Text(std::string_view key, std::string fallback) const;
  // The elements; empty when absent.
  std::vector<YAML::Node> List(std::string_view key) const;

 private:
  const int line_;
  const std::string what_;
  FirstError* const error_;  // not owned
  const std::vector<YamlEntry> entries_;
};

int LineOf(const YAML::Node& node);
// Empty: not a number, or not finite.
std::optional<double> ToNumber(const YAML::Node& node);

// The longest time that a scenario can name.
inline constexpr base::Duration kLongest = std::chrono::hours(8760);

}  // namespace gpuscaler::sources
