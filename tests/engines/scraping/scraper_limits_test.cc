// What the scraper refuses, shares out and ends.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <list>
#include <string>
#include <vector>

#include "engines/scraping/scraper_fixture.h"
#include "fakes/certificates/secret_folder.h"

namespace gpuscaler::engines {
namespace {

using absl::StatusCode;
using fakes::FakeEngine;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

class ScraperLimitsTest : public ScraperFixture {};

TEST_F(ScraperLimitsTest, ANameThatComesToMeanAForbiddenAddressIsNotDialledThere) {
  FakeEngine engine("127.0.0.1");
  engine.Say("1");
  options_.allow = {*IpRange::Parse("127.0.0.1/32")};
  FakeEngine forbidden("127.0.0.2", engine.port());
  names_->Set("vllm", {"127.0.0.1"});
  Start();
  const Endpoint endpoint = At("vllm", engine.port());
  AwaitTexts(endpoint, "1");
  names_->Set("vllm", {"127.0.0.2", "169.254.169.254"});
  const auto view =
      AwaitView(endpoint, [](const EndpointView& each) { return !each.resolution.ok(); });
  EXPECT_EQ(view->resolution.code(), StatusCode::kPermissionDenied);
  EXPECT_TRUE(view->addresses.empty());
  Await([&] { return engine.open() == 0; });
  EXPECT_EQ(forbidden.connections(), 0U);
}

TEST_F(ScraperLimitsTest, AnAddressInTheUrlIsJudgedToo) {
  Start();
  const auto view = AwaitSettled(At("169.254.169.254", 80));
  EXPECT_EQ(view->resolution.code(), StatusCode::kPermissionDenied);
  FakeEngine engine;
  engine.Say("1");
  AwaitTexts(At("127.0.0.1", engine.port()), "1");
  EXPECT_EQ(names_->lookups("127.0.0.1"), 0U);
}

TEST_F(ScraperLimitsTest, ANameWhoseLookupHangsStallsNoOther) {
  FakeEngine engine;
  engine.Say("1");
  options_.lookup_patience = milliseconds(20);
  for (int i = 0; i < 20; ++i) names_->Hang("hanging" + std::to_string(i));
  names_->Set("vllm", {"127.0.0.1"});
  Start();
  const Endpoint endpoint = At("vllm", engine.port());
  AwaitTexts(endpoint, "1");
  for (int i = 0; i < 20; ++i) {
    const auto view = AwaitView(At("hanging" + std::to_string(i), 80),
                                [](const EndpointView& each) { return each.looked_up; });
    EXPECT_EQ(view->resolution.code(), StatusCode::kDeadlineExceeded);
  }
  const size_t before = names_->lookups("vllm");
  engine.Say("2");
  AwaitTexts(endpoint, "2");
  Await([&] { return names_->lookups("vllm") > before + 2; });
  EXPECT_LE(names_->lookups("hanging0"), 1U) << "one lookup of a name at a time";
}

TEST_F(ScraperLimitsTest, HasRoomForSoManyEndpointsAndAddresses) {
  options_.max_endpoints = 2;
  options_.max_addresses = 3;
  FakeEngine engine;
  names_->Set("a", {"127.0.0.1", "127.0.0.2"});
  names_->Set("b", {"127.0.0.1", "127.0.0.2"});
  Start();
  AwaitSettled(At("a", engine.port()));
  const auto view = AwaitSettled(At("b", engine.port()));
  EXPECT_EQ(view->addresses.size(), 1U);
  EXPECT_EQ(view->surplus, 1U);
  const auto refused = scraper_->Want(At("c", 80));
  EXPECT_EQ(refused.status().code(), StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(base::Message(refused.status())),
              HasSubstr("no room for the endpoint http://c:80/metrics: 2 others are read"));
}

TEST_F(ScraperLimitsTest, FewConnectionsAreSharedByAll) {
  options_.max_connections = 2;
  FakeEngine engine("127.0.0.1");
  std::list<FakeEngine> others;
  engine.Say("1");
  std::vector<std::string> addresses = {"127.0.0.1"};
  for (int i = 2; i < 8; ++i) {
    addresses.push_back("127.0.0." + std::to_string(i));
    others.emplace_back(addresses.back(), engine.port()).Say("1");
  }
  names_->Set("many", addresses);
  names_->Set("one", {"127.0.0.1"});
  Start();
  AwaitTexts(At("many", engine.port()), "1, 1, 1, 1, 1, 1, 1");
  AwaitTexts(At("one", engine.port()), "1");
  EXPECT_LE(scraper_->Stats().open_connections, 2U);
  EXPECT_EQ(scraper_->Stats().failed, 0U);
}

TEST_F(ScraperLimitsTest, WaitingForAConnectionHasAnEnd) {
  options_.max_connections = 1;
  options_.limits.whole = milliseconds(300);
  options_.limits.header = seconds(40);
  FakeEngine hog("127.0.0.1");
  FakeEngine other("127.0.0.2", hog.port());
  hog.Run([](FakeEngine::Peer& peer) { peer.AwaitClose(); });
  other.Say("1");
  options_.limits.header = seconds(40);
  names_->Set("hog", {"127.0.0.1"});
  names_->Set("other", {"127.0.0.2"});
  Start();
  Want(At("hog", hog.port()));
  Await([&] { return hog.requests().size() == 1; });
  const auto view = AwaitSettled(At("other", hog.port()));
  EXPECT_EQ(view->addresses[0].status.code(), StatusCode::kResourceExhausted)
      << view->addresses[0].status;
}

TEST_F(ScraperLimitsTest, SchemesAndPortsThatAreNotAllowedAreRefused) {
  options_.rules.ports = *ParsePorts("8000-8999");
  Start();
  EXPECT_EQ(scraper_->Want(At("vllm", 22)).status().code(), StatusCode::kPermissionDenied);
  EXPECT_TRUE(scraper_->Want(At("vllm", 8000)).ok());
}

TEST_F(ScraperLimitsTest, TokensGoWhereTheyMayAndAreReplaced) {
  fakes::SecretFolder folder({"first", ""}, "");
  options_.tokens = {*TokenRule::Parse("*.ns.svc=" + folder.File("tls.crt"))};
  FakeEngine engine;
  engine.Say("1");
  names_->Set("vllm.ns.svc", {"127.0.0.1"});
  names_->Set("vllm.evil-ns.svc", {"127.0.0.1"});
  Start();
  AwaitTexts(At("vllm.evil-ns.svc", engine.port()), "1");
  for (const std::string& request : engine.requests()) {
    EXPECT_EQ(request.find("Authorization"), std::string::npos);
  }
  const Endpoint endpoint = At("vllm.ns.svc", engine.port());
  const auto asked_with = [&](const std::string& token) {
    Want(endpoint);
    const std::vector<std::string> requests = engine.requests();
    return std::any_of(requests.begin(), requests.end(), [&](const std::string& request) {
      return request.find("\r\nAuthorization: Bearer " + token + "\r\n") != std::string::npos;
    });
  };
  Await([&] { return asked_with("first"); });
  folder.Replace({"second", ""}, "");
  Await([&] { return asked_with("second"); });
  std::filesystem::remove(folder.File("tls.crt"));
  const auto view = AwaitTexts(endpoint, "-");
  EXPECT_THAT(std::string(base::Message(view->addresses[0].status)),
              HasSubstr("the token for *.ns.svc: cannot read " + folder.File("tls.crt")));
  AwaitTexts(At("vllm.evil-ns.svc", engine.port()), "1");
}

TEST_F(ScraperLimitsTest, AReaderThatThrowsHarmsItsAddressAlone) {
  FakeEngine bad("127.0.0.1");
  FakeEngine good("127.0.0.2", bad.port());
  bad.Say("throw");
  good.Say("2");
  names_->Set("vllm", {"127.0.0.1", "127.0.0.2"});
  scraper_ = std::make_unique<Scraper>(
      options_, names_,
      [](const ScrapeContext& context) -> std::unique_ptr<BodyReader> {
        if (context.address.ToString() == "127.0.0.1") throw std::bad_alloc();
        return std::make_unique<TextReader>(context);
      },
      [](const Endpoint&) {});
  const auto view = AwaitTexts(At("vllm", bad.port()), "-, 2");
  EXPECT_EQ(view->addresses[0].status.code(), StatusCode::kInternal);
}

TEST_F(ScraperLimitsTest, StopEndsWhateverIsUnderWay) {
  FakeEngine silent("127.0.0.1");
  FakeEngine drip("127.0.0.2", silent.port());
  FakeEngine idle("127.0.0.3", silent.port());
  silent.Run([](FakeEngine::Peer& peer) { peer.AwaitClose(); });
  drip.Run([](FakeEngine::Peer& peer) {
    peer.Send("HTTP/1.1 200 OK\r\n\r\n");
    while (peer.Send("x") && peer.Pause(milliseconds(1))) {
    }
  });
  names_->Set("vllm", {"127.0.0.1", "127.0.0.2", "127.0.0.3"});
  names_->Hang("hanging");
  options_.max_connections = 3;
  names_->Set("waiting", {"127.0.0.3"});
  Start();
  Want(At("vllm", silent.port()));
  Want(At("hanging", silent.port()));
  Await([&] {
    return silent.requests().size() == 1 && drip.requests().size() == 1 &&
           idle.requests().size() > 1 && names_->under_way() == 1;
  });
  Want(At("waiting", silent.port()));
  const base::SteadyTime began = base::Now();
  scraper_->Stop();
  EXPECT_LT(base::Now() - began, seconds(2));
  EXPECT_EQ(scraper_->Want(At("vllm", silent.port())).status().code(), StatusCode::kCancelled);
  scraper_->Stop();
  scraper_.reset();
}

}  // namespace
}  // namespace gpuscaler::engines
