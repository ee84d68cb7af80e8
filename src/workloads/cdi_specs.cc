#include "workloads/cdi_specs.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <system_error>

#include "base/json_quote.h"
#include "base/strings.h"

namespace gpuscaler::workloads {
namespace {

constexpr size_t kMostEntries = 8 * 1024;  // of a directory

}  // namespace

absl::StatusOr<std::vector<std::string>> CdiSpecs::ParseDirectories(std::string_view list) {
  std::vector<std::string> directories;
  while (!list.empty()) {
    const size_t comma = std::min(list.find(','), list.size());
    const std::string_view directory = list.substr(0, comma);
    if (!directory.starts_with('/')) {
      return absl::InvalidArgumentError(base::StrCat(base::QuotedStart(directory),
                                                     " is not an absolute path; allowed is a list "
                                                     "like ",
                                                     kDefaultDirectories));
    }
    directories.emplace_back(directory);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return directories;
}

CdiSpecs::CdiSpecs(std::vector<std::string> directories) : directories_(std::move(directories)) {}

const CdiDevices& CdiSpecs::Read() {
  problems_.clear();
  if (Refresh()) Merge();
  for (const auto& [place, file] : files_) {
    if (file.devices().ok() || absl::IsNotFound(file.devices().status())) continue;
    problems_.insert(base::StrCat(place.second, ": ", base::Message(file.devices().status())));
  }
  problems_.insert(conflicts_.begin(), conflicts_.end());
  return devices_;
}

std::vector<std::string> CdiSpecs::TakeProblems() {
  std::vector<std::string> news;
  std::set_difference(problems_.begin(), problems_.end(), told_.begin(), told_.end(),
                      std::back_inserter(news));
  told_ = problems_;
  return news;
}

std::vector<std::string> CdiSpecs::PathsIn(const std::string& directory) {
  std::vector<std::string> paths;
  std::error_code error;
  std::filesystem::directory_iterator entry(directory, error);
  for (size_t seen = 0; !error && entry != std::filesystem::end(entry); entry.increment(error)) {
    if (++seen > kMostEntries) {
      problems_.insert(base::StrCat(directory, ": it has more than ", kMostEntries, " files"));
      break;
    }
    const std::filesystem::path extension = entry->path().extension();
    std::error_code ignored;
    if ((extension == ".json" || extension == ".yaml") && !entry->is_directory(ignored)) {
      paths.push_back(entry->path().string());
    }
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    problems_.insert(base::StrCat(directory, ": ", error.message()));
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

bool CdiSpecs::Refresh() {
  std::map<Place, CdiSpecFile> files;
  bool changed = false;
  size_t bytes = 0;
  size_t devices = 0;
  // The last directory first: what is too much should be of those that count less.
  for (size_t i = directories_.size(); i-- > 0;) {
    for (std::string& path : PathsIn(directories_[i])) {
      if (files.size() == kMostFiles) {
        problems_.insert(base::StrCat(directories_[i], ": there are more specs than the ",
                                      kMostFiles, " that are read"));
        break;
      }
      const Place place(i, std::move(path));
      auto known = files_.extract(place);
      CdiSpecFile& file =
          known.empty() ? files[place] : files.insert(std::move(known)).position->second;
      changed = file.Refresh(place.second, kMostBytes - bytes) || changed;
      if (!file.devices().ok()) continue;
      if (bytes + file.bytes() > kMostBytes || devices + file.devices()->size() > kMostDevices) {
        file.Refuse(absl::ResourceExhaustedError(
            base::StrCat("with it the specs have more than the ", kMostDevices, " devices or ",
                         kMostBytes, " bytes that are read")));
        changed = true;
        continue;
      }
      bytes += file.bytes();
      devices += file.devices()->size();
    }
  }
  changed = changed || !files_.empty();  // what is left is gone
  files_ = std::move(files);
  return changed;
}

void CdiSpecs::Merge() {
  devices_.clear();
  conflicts_.clear();
  std::map<std::string_view, const Place*> found;
  std::set<std::string> nobodys;
  for (const auto& [place, file] : files_) {  // in the order of the directories
    if (!file.devices().ok()) continue;
    for (const auto& [name, device] : *file.devices()) {
      const Place*& other = found[name];
      if (other != nullptr && other->first == place.first) {
        nobodys.insert(name);
        conflicts_.push_back(base::StrCat(place.second, ": ", name, " is in ", other->second,
                                          " too, so it is nobody's"));
      }
      other = &place;
      devices_.insert_or_assign(name, device);
    }
  }
  for (const std::string& name : nobodys) devices_.erase(name);
}

}  // namespace gpuscaler::workloads
