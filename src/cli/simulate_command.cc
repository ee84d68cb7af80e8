#include "cli/simulate_command.h"

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/strings.h"
#include "cli/refuse.h"
#include "manifests/manifest_file.h"
#include "simulation/plot.h"
#include "simulation/simulation.h"
#include "simulation/timeline.h"
#include "sources/simulated/load_simulated.h"

namespace gpuscaler::cli {
namespace {

constexpr base::Duration kLongest = std::chrono::hours(24 * 14);
constexpr uint64_t kMostReplicas = 10000;

std::string NameOf(const manifests::ScaledObject& object) {
  return base::StrCat(object.object_namespace, "/", object.name);
}

absl::StatusOr<manifests::ScaledObject> Choose(const SimulateOptions& options) {
  auto objects = manifests::ReadScaledObjects(options.file);
  if (!objects.ok()) return objects.status();
  std::string names;
  for (manifests::ScaledObject& object : *objects) {
    if (objects->size() == 1 && options.object.empty()) return std::move(object);
    if (NameOf(object) == options.object) return std::move(object);
    base::AppendItem(&names, NameOf(object));
  }
  if (names.empty()) {
    return absl::InvalidArgumentError(base::StrCat(options.file, " holds no ScaledObject"));
  }
  return absl::InvalidArgumentError(
      options.object.empty()
          ? base::StrCat(options.file,
                         " holds several ScaledObjects; name one with --object: ", names)
          : base::StrCat("--object is ", options.object, ", which ", options.file,
                         " does not hold; it holds ", names));
}

absl::Status CheckPlots(const std::vector<std::string>& plots) {
  for (const std::string& plot : plots) {
    const std::string extension = std::filesystem::path(plot).extension().string();
    if (extension != ".svg" && extension != ".html") {
      return absl::InvalidArgumentError(
          base::StrCat("--plot is ", plot, "; it must end in .svg or .html"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<simulation::SimulationOptions> ToSimulation(const SimulateOptions& options) {
  simulation::SimulationOptions simulation;
  if (options.trace_replicas) {
    if (*options.trace_replicas < 1 || *options.trace_replicas > kMostReplicas) {
      return absl::InvalidArgumentError(base::StrCat("--trace-replicas is ",
                                                     *options.trace_replicas,
                                                     "; it must be from 1 to ", kMostReplicas));
    }
    simulation.trace_replicas = static_cast<int64_t>(*options.trace_replicas);
  }
  if (options.replicas) {
    if (*options.replicas > kMostReplicas) {
      return absl::InvalidArgumentError(base::StrCat("--replicas is ", *options.replicas,
                                                     "; it must be from 0 to ", kMostReplicas));
    }
    simulation.initial_replicas = static_cast<int64_t>(*options.replicas);
  }
  if (options.duration.value > kLongest) {
    return absl::InvalidArgumentError(
        base::StrCat("--duration is ", base::FormatDuration(options.duration.value),
                     "; it must be at most ", base::FormatDuration(kLongest)));
  }
  if (options.duration.value > base::Duration::zero()) simulation.length = options.duration.value;
  simulation.start = std::chrono::seconds(options.start_seconds);
  simulation.open_loop = options.open_loop;
  return simulation;
}

bool Write(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  return !file.fail();
}

}  // namespace

void AddSimulateFlags(CLI::App& app, SimulateOptions& options) {
  app.add_option("file", options.file, "ScaledObjects (YAML); -: standard input")->required();
  app.add_option(
         "--trace", options.trace,
         "The load: what snapshot --interval recorded (.csv, .jsonl), or a scenario (.yaml)")
      ->required();
  app.add_option("--object", options.object,
                 "NAMESPACE/NAME of the ScaledObject, where there are several");
  app.add_option("--plot", options.plots,
                 "Writes a picture, FILE.svg or FILE.html; may be given "
                 "several times")
      ->allow_extra_args(false);
  app.add_option("--trace-replicas", options.trace_replicas,
                 "How many replicas shared the recorded load; without it the workload's pods in "
                 "the trace, else 1");
  app.add_option("--replicas", options.replicas,
                 "Replicas at the begin; without it as many as were recorded, within the "
                 "ScaledObject's limits");
  app.add_option("--start-seconds", options.start_seconds,
                 "How long a new replica takes until it serves")
      ->check(CLI::Range(0, 86400))
      ->capture_default_str();
  app.add_option("--duration", options.duration, "For how long; 0s: as long as the trace")
      ->capture_default_str();
  app.add_flag("--open-loop", options.open_loop,
               "Replicas do not change the load: each shows what was recorded");
  app.add_flag("--all", options.all, "A line for every poll and sync, not only for changes");
}

int RunSimulate(const SimulateOptions& options) {
  if (absl::Status plots = CheckPlots(options.plots); !plots.ok()) {
    return Refuse(base::Message(plots));
  }
  const auto simulation = ToSimulation(options);
  if (!simulation.ok()) return Refuse(base::Message(simulation.status()));
  const auto manifest = Choose(options);
  if (!manifest.ok()) return Refuse(base::Message(manifest.status()));
  const auto object = simulation::FromManifest(*manifest);
  if (!object.ok()) return Refuse(base::Message(object.status()));
  auto script = sources::LoadScript(options.trace);
  if (!script.ok()) return Refuse(base::Message(script.status()));
  const auto course = simulation::Simulate(*object, *std::move(script), *simulation);
  if (!course.ok()) return Refuse(base::Message(course.status()));

  const std::string text =
      simulation::Timeline(*object, *course, options.all) + simulation::Summary(*object, *course);
  std::fputs(text.c_str(), stdout);
  if (std::fflush(stdout) != 0) return 1;
  for (const std::string& plot : options.plots) {
    const bool html = plot.ends_with(".html");
    if (!Write(plot, html ? simulation::Html(*object, *course, text)
                          : simulation::Svg(*object, *course))) {
      std::fprintf(stderr, "keda-gpu-scaler: %s: cannot be written: %s\n", plot.c_str(),
                   std::strerror(errno));
      return 1;
    }
  }
  return 0;
}

}  // namespace gpuscaler::cli
