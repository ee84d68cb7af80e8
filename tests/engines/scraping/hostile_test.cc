// All that an endpoint can do to a scraper, at once, beside one that is well.
#include <gmock/gmock.h>

#include <list>
#include <map>

#include "base/memory.h"
#include "engines/scraping/scraper_fixture.h"

namespace gpuscaler::engines {
namespace {

using absl::StatusCode;
using fakes::FakeEngine;
using fakes::Response;
using std::chrono::milliseconds;

// What 600 readings may leave behind: nothing, but the allocator's mood.
#if defined(GPUSCALER_SANITIZED)
constexpr uint64_t kGrowth = 64 << 20;  // the quarantine fills
#else
constexpr uint64_t kGrowth = 8 << 20;
#endif

struct Hostility {
  const char* name;
  FakeEngine::Script script;
  StatusCode code;
  const char* message;
};

FakeEngine::Script Once(const std::string& answer) {
  return [answer](FakeEngine::Peer& peer) {
    peer.Send(answer);
    peer.Close();
  };
}
FakeEngine::Script WithoutEnd(const std::string& begin, const std::string& piece,
                              milliseconds pause = milliseconds(0)) {
  return [begin, piece, pause](FakeEngine::Peer& peer) {
    peer.Send(begin);
    while (peer.Send(piece) && peer.Pause(pause)) {
    }
  };
}

std::vector<Hostility> Hostilities() {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const std::string gzip = "Content-Encoding: gzip\r\n";
  const std::string large(64 * 1024, 'x');
  return {
      {"silent", [](FakeEngine::Peer& peer) { peer.AwaitClose(); }, StatusCode::kDeadlineExceeded,
       "no answer within 300ms"},
      {"drips-header", WithoutEnd(ok + "X: ", "x", milliseconds(5)), StatusCode::kDeadlineExceeded,
       "no answer within 300ms"},
      {"drips-body", WithoutEnd(ok + "\r\n", "x", milliseconds(5)), StatusCode::kDeadlineExceeded,
       "no end of the answer within 400ms"},
      {"endless", WithoutEnd(ok + "\r\n", large), StatusCode::kResourceExhausted,
       "the body is larger than 4194304 bytes"},
      {"endless-chunks",
       WithoutEnd(ok + "Transfer-Encoding: chunked\r\n\r\n", "10000\r\n" + large + "\r\n"),
       StatusCode::kResourceExhausted, "the body is larger than 4194304 bytes"},
      {"gigabyte", WithoutEnd(ok + "Content-Length: 1073741824\r\n\r\n", large),
       StatusCode::kResourceExhausted, "the body is larger than 4194304 bytes"},
      {"bomb", Once(Response(200, gzip, fakes::Gzip(std::string(64 << 20, 'x')))),
       StatusCode::kResourceExhausted, "inflates to more than 200 times its size"},
      {"headers", WithoutEnd(ok, "X-Y: " + large.substr(0, 1000) + "\r\n"),
       StatusCode::kResourceExhausted, "header is larger than 16384 bytes"},
      {"page", Once("<html>hello</html>\r\n\r\n"), StatusCode::kInvalidArgument, "not HTTP/1.1"},
      {"garbage", Once(Response(200, "", "garbage")), StatusCode::kInvalidArgument,
       "line 1 is no sample"},
      {"cut", Once(ok + "Content-Length: 100\r\n\r\nabc"), StatusCode::kUnavailable,
       "closed within the response's body"},
      {"no-gzip", Once(Response(200, gzip, "plain")), StatusCode::kInvalidArgument, "is not gzip"},
      {"redirect", Once(Response(302, "Location: http://169.254.169.254/latest/meta-data\r\n", "")),
       StatusCode::kFailedPrecondition, "redirects (302) to \"http://169.254.169.254/latest/"},
  };
}

class HostileTest : public ScraperFixture {};

TEST_F(HostileTest, EachIsCutOffWithItsReasonNobodyElseIsHarmedAndMemoryIsFlat) {
  options_.limits.header = milliseconds(300);
  options_.limits.whole = milliseconds(400);
  const std::vector<Hostility> hostilities = Hostilities();
  std::list<FakeEngine> engines;
  FakeEngine good;
  good.Say("1");
  names_->Set("good", {"127.0.0.1"});
  std::map<std::string, Endpoint> endpoints;
  for (const Hostility& each : hostilities) {
    engines.emplace_back().Run(each.script);
    names_->Set(each.name, {"127.0.0.1"});
    endpoints[each.name] = At(each.name, engines.back().port());
  }
  Start();
  const Endpoint well = At("good", good.port());
  const auto want_all = [&] {
    for (const auto& [name, endpoint] : endpoints) Want(endpoint);
    return Want(well);
  };
  want_all();
  for (const Hostility& each : hostilities) {
    const auto view = AwaitSettled(endpoints[each.name]);
    EXPECT_EQ(view->addresses[0].status.code(), each.code) << view->addresses[0].status;
    EXPECT_THAT(std::string(base::Message(view->addresses[0].status)),
                testing::HasSubstr(each.message));
  }
  const auto await_failures = [&](uint64_t count) {
    const uint64_t until = scraper_->Stats().failed + count;
    uint64_t most = 0;
    Await([&] {
      want_all();
      most = std::max(most, base::ResidentBytes());
      return scraper_->Stats().failed >= until;
    });
    return most;
  };
  const uint64_t before = await_failures(300);
  const auto good_before = want_all()->addresses[0].last_success;
  const uint64_t after = await_failures(600);
  EXPECT_LT(after, before + kGrowth);
  EXPECT_TRUE(want_all()->addresses[0].status.ok());
  EXPECT_GT(want_all()->addresses[0].last_success, good_before);
  EXPECT_EQ(good.connections(), 1U) << "none of its readings failed";
  RecordProperty("resident_kib_before", static_cast<int>(before >> 10));
  RecordProperty("resident_kib_after", static_cast<int>(after >> 10));
}

}  // namespace
}  // namespace gpuscaler::engines
