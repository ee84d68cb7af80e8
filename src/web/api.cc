#include "web/api.h"

#include <chrono>
#include <string>
#include <utility>

#include "base/json_quote.h"
#include "base/strings.h"
#include "web/http_route.h"
#include "web/json_text.h"
#include "web/snapshot_page.h"
#include "web/workload_page.h"

namespace gpuscaler::web {
namespace {

constexpr uint64_t kUsualLimit = 100;
constexpr uint64_t kMostLimit = 1000;
constexpr uint64_t kMostReplicas = 1'000'000;

PageTime Now() {
  return {base::Now(), std::chrono::system_clock::now()};
}

HttpResponse Json(const google::protobuf::Message& message) {
  HttpResponse response;
  response.content_type = "application/json";
  response.body = JsonText(message);
  response.body += '\n';
  return response;
}

HttpResponse Refused(const absl::Status& why) {
  return ErrorResponse(400, base::Message(why));
}

absl::StatusOr<size_t> Limit(const HttpQuery& query) {
  return query.Count("limit", kUsualLimit, 1, kMostLimit);
}

struct StateRow {
  std::string_view name;
  NodeState state;
};
constexpr StateRow kStates[] = {
    {"fresh", NodeState::kFresh}, {"stale", NodeState::kStale}, {"lost", NodeState::kLost}};

absl::StatusOr<std::optional<NodeState>> ReadState(const HttpQuery& query) {
  const std::string* text = query.Find("state");
  if (text == nullptr) return std::nullopt;
  for (const StateRow& row : kStates) {
    if (row.name == *text) return row.state;
  }
  return absl::InvalidArgumentError(
      base::StrCat("state is ", base::QuotedStart(*text), "; it must be fresh, stale or lost"));
}

absl::StatusOr<SnapshotQuestion> ReadSnapshotQuestion(const HttpQuery& query) {
  SnapshotQuestion question;
  question.node = query.Text("node");
  question.filter = NameFilter(query.Text("filter"));
  question.after = query.Text("after");
  const auto state = ReadState(query);
  if (!state.ok()) return state.status();
  question.state = *state;
  const auto limit = Limit(query);
  if (!limit.ok()) return limit.status();
  question.limit = *limit;
  return question;
}

absl::StatusOr<DecisionQuestion> ReadDecisionQuestion(const HttpQuery& query) {
  DecisionQuestion question;
  question.object_namespace = query.Text("namespace");
  question.name = query.Text("name");
  question.filter = NameFilter(query.Text("filter"));
  question.after = query.Text("after");
  if (!question.name.empty() && question.object_namespace.empty()) {
    return absl::InvalidArgumentError("name needs namespace: a ScaledObject is known by both");
  }
  if (query.Find("replicas") != nullptr) {
    if (question.name.empty()) {
      return absl::InvalidArgumentError("replicas needs namespace and name: they are of one");
    }
    const auto replicas = query.Count("replicas", 0, 0, kMostReplicas);
    if (!replicas.ok()) return replicas.status();
    question.replicas = static_cast<uint32_t>(*replicas);
  }
  const auto limit = Limit(query);
  if (!limit.ok()) return limit.status();
  question.limit = *limit;
  return question;
}

}  // namespace

Api::Api(Sources sources) : sources_(std::move(sources)), summary_(sources_.facts, sources_.ages) {}

std::vector<HttpRoute> Api::Routes() {
  const auto route = [this](std::string path, HttpResponse (Api::*answer)(const HttpRequest&)) {
    return HttpRoute{std::move(path), [this, answer](const HttpRequest& request) {
                       return (this->*answer)(request);
                     }};
  };
  return {route("/api/v1/summary", &Api::Summary), route("/api/v1/snapshot", &Api::Snapshot),
          route("/api/v1/workloads", &Api::Workloads), route("/api/v1/decisions", &Api::Decisions)};
}

HttpResponse Api::Summary(const HttpRequest& request) {
  const auto query = HttpQuery::Parse(request.query, {});
  if (!query.ok()) return Refused(query.status());
  const PageTime time = Now();
  return Json(summary_.Make(*sources_.store.Load(), sources_.ready(),
                            sources_.decisions.Count(time.now), time));
}

HttpResponse Api::Snapshot(const HttpRequest& request) {
  const auto query =
      HttpQuery::Parse(request.query, {"node", "filter", "state", "history", "after", "limit"});
  if (!query.ok()) return Refused(query.status());
  const auto question = ReadSnapshotQuestion(*query);
  if (!question.ok()) return Refused(question.status());
  const auto past = query->Count("history", 0, 0, 1);
  if (!past.ok()) return Refused(past.status());
  const PageTime time = Now();
  if (*past == 1) WantHistory(time.now);
  return Json(MakeSnapshotPage(*sources_.store.Load(), *question, sources_.ages, time,
                               *past == 1 ? &history_ : nullptr));
}

HttpResponse Api::Workloads(const HttpRequest& request) {
  const auto query = HttpQuery::Parse(request.query, {"namespace", "filter", "after", "limit"});
  if (!query.ok()) return Refused(query.status());
  const auto limit = Limit(*query);
  if (!limit.ok()) return Refused(limit.status());
  const WorkloadQuestion question = {query->Text("namespace"), query->Text("after"), *limit,
                                     NameFilter(query->Text("filter"))};
  const PageTime time = Now();
  const WorkloadsByName& workloads =
      sources_.workloads.Of(*sources_.store.Load(), sources_.ages.stale_after, time.now);
  const auto page = MakeWorkloadPage(workloads, question, time);
  return page.ok() ? Json(*page) : Refused(page.status());
}

HttpResponse Api::Decisions(const HttpRequest& request) {
  const auto query = HttpQuery::Parse(
      request.query, {"namespace", "name", "filter", "replicas", "after", "limit"});
  if (!query.ok()) return Refused(query.status());
  const auto question = ReadDecisionQuestion(*query);
  if (!question.ok()) return Refused(question.status());
  const auto page = MakeDecisionPage(sources_.decisions, *question, sources_.explain, Now());
  return page.ok() ? Json(*page) : Refused(page.status());
}

void Api::WantHistory(base::SteadyTime now) {
  history_.Want(now);
  if (sampler_) return;
  sampler_.emplace("gpu-history", GpuHistory::kStep, [this](base::SteadyTime at) {
    if (history_.IsWanted(at)) {
      history_.Sample(*sources_.store.Load(), sources_.ages.stale_after, at);
    }
  });
}

}  // namespace gpuscaler::web
