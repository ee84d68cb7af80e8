#include "engines/scraping/scraper.h"

#include <gmock/gmock.h>

#include <string>

#include "engines/scraping/scraper_fixture.h"

namespace gpuscaler::engines {
namespace {

using absl::StatusCode;
using fakes::FakeEngine;
using fakes::Response;
using std::chrono::milliseconds;
using testing::HasSubstr;

class ScraperTest : public ScraperFixture {};

TEST_F(ScraperTest, ReadsEveryAddressBehindAName) {
  FakeEngine a("127.0.0.1");
  FakeEngine b("127.0.0.2", a.port());
  FakeEngine c("127.0.0.3", a.port());
  a.Say("0");
  b.Say("0");
  c.Say("30");
  names_->Set("vllm", {"127.0.0.3", "127.0.0.1", "127.0.0.2"});
  Start();
  const Endpoint endpoint = At("vllm", a.port());
  EXPECT_FALSE(Want(endpoint)->settled());
  const ViewPointer view = AwaitSettled(endpoint);
  EXPECT_EQ(Texts(*view), "0, 0, 30");
  EXPECT_TRUE(view->resolution.ok());
  EXPECT_TRUE(view->once_resolved);
  EXPECT_EQ(view->addresses[2].address.ToString(), "127.0.0.3");
  EXPECT_THAT(a.requests().at(0), HasSubstr(base::StrCat("\r\nHost: vllm:", a.port())));
  const std::lock_guard lock(mutex_);
  EXPECT_EQ(news_.count(endpoint.ToUrl()), 1U);
}

TEST_F(ScraperTest, OneAddressDownIsAnErrorOfItsOwn) {
  FakeEngine a("127.0.0.1");
  FakeEngine c("127.0.0.3", a.port());
  a.Say("1");
  c.Say("3");
  names_->Set("vllm", {"127.0.0.1", "127.0.0.2", "127.0.0.3"});
  Start();
  const Endpoint endpoint = At("vllm", a.port());
  const ViewPointer view = AwaitTexts(endpoint, "1, -, 3");
  EXPECT_EQ(view->addresses[1].status.code(), StatusCode::kUnavailable);
  EXPECT_EQ(base::Message(view->addresses[1].status),
            base::StrCat("http://vllm:", a.port(),
                         "/metrics at 127.0.0.2: cannot connect: Connection refused"));
  EXPECT_EQ(view->addresses[1].last_success, std::nullopt);
  FakeEngine b("127.0.0.2", a.port());
  b.Say("2");
  AwaitTexts(endpoint, "1, 2, 3");
}

TEST_F(ScraperTest, AFailureKeepsTheLastPayloadAndItsTime) {
  FakeEngine engine;
  engine.Say("1");
  names_->Set("vllm", {"127.0.0.1"});
  Start();
  const Endpoint endpoint = At("vllm", engine.port());
  const auto first = AwaitTexts(endpoint, "1");
  engine.Say("garbage");
  const auto view = AwaitTexts(endpoint, "-");
  EXPECT_THAT(std::string(base::Message(view->addresses[0].status)),
              HasSubstr("at 127.0.0.1: line 1 is no sample"));
  EXPECT_EQ(static_cast<const TextPayload&>(*view->addresses[0].payload).text, "1");
  EXPECT_GE(*view->addresses[0].last_success, *first->addresses[0].last_success);
}

TEST_F(ScraperTest, AReaderKnowsWhatWasReadBeforeAndWhen) {
  FakeEngine engine;
  engine.Say("1");
  names_->Set("vllm", {"127.0.0.1"});
  Start();
  const Endpoint endpoint = At("vllm", engine.port());
  AwaitTexts(endpoint, "1");
  engine.Say("2");
  AwaitView(endpoint, [](const EndpointView& each) {
    const auto* payload = static_cast<const TextPayload*>(each.addresses.at(0).payload.get());
    return payload->text == "2" && payload->previous == "1";
  });
}

TEST_F(ScraperTest, AddressesAreFollowedAsTheyComeAndGo) {
  FakeEngine a("127.0.0.1");
  FakeEngine b("127.0.0.2", a.port());
  a.Say("1");
  b.Say("2");
  names_->Set("vllm", {"127.0.0.1"});
  Start();
  const Endpoint endpoint = At("vllm", a.port());
  AwaitTexts(endpoint, "1");
  names_->Set("vllm", {"127.0.0.1", "127.0.0.2"});
  AwaitTexts(endpoint, "1, 2");
  names_->Set("vllm", {"127.0.0.2"});
  AwaitTexts(endpoint, "2");
  Await([&] { return a.open() == 0; });
  EXPECT_EQ(scraper_->Stats().addresses, 1U);
}

TEST_F(ScraperTest, OneThatCeasesToAnswerIsLookedUpAtOnceAndThenOften) {
  auto a = std::make_unique<FakeEngine>("127.0.0.1");
  FakeEngine b("127.0.0.2", a->port());
  a->Say("1");
  b.Say("2");
  options_.lookup_period = std::chrono::hours(1);
  options_.soonest_lookup = std::chrono::milliseconds(50);
  names_->Set("vllm", {"127.0.0.1", "127.0.0.2"});
  Start();
  const Endpoint endpoint = At("vllm", b.port());
  AwaitTexts(endpoint, "1, 2");
  a.reset();
  AwaitTexts(endpoint, "-, 2");
  const size_t looked_up = names_->lookups("vllm");
  Await([&] {
    Want(endpoint);
    return names_->lookups("vllm") > looked_up + 1;
  });
  names_->Set("vllm", {"127.0.0.2"});  // late, as DNS is
  EXPECT_EQ(Texts(*AwaitTexts(endpoint, "2")), "2") << "it has gone, and counts no more";
}

TEST_F(ScraperTest, ANameThatDoesNotExistIsSaidToBeSo) {
  FakeEngine engine;
  engine.Say("1");
  Start();
  const Endpoint endpoint = At("vllm", engine.port());
  const auto view = AwaitSettled(endpoint);
  EXPECT_EQ(view->resolution.code(), StatusCode::kNotFound);
  EXPECT_FALSE(view->once_resolved);
  names_->Set("vllm", {"127.0.0.1"});
  AwaitTexts(endpoint, "1");
}

TEST_F(ScraperTest, ASlowAddressIsReadOnceAtATime) {
  FakeEngine slow("127.0.0.1");
  FakeEngine quick("127.0.0.2", slow.port());
  slow.Run([](FakeEngine::Peer& peer) { peer.AwaitClose(); });
  quick.Say("2");
  names_->Set("vllm", {"127.0.0.1", "127.0.0.2"});
  Start();
  const Endpoint endpoint = At("vllm", slow.port());
  Await([&] {
    Want(endpoint);
    return quick.requests().size() > 10;
  });
  EXPECT_EQ(slow.requests().size(), 1U);
  EXPECT_EQ(slow.connections(), 1U);
  EXPECT_EQ(quick.connections(), 1U) << "kept from one reading to the next";
  EXPECT_FALSE(Want(endpoint)->settled());
}

TEST_F(ScraperTest, AServerThatClosesIdleConnectionsIsNoFailure) {
  FakeEngine engine;
  // Without saying so beforehand.
  engine.Run([](FakeEngine::Peer& peer) {
    peer.Send(Response(200, "", "1"));
    peer.Close();
  });
  names_->Set("vllm", {"127.0.0.1"});
  Start();
  const Endpoint endpoint = At("vllm", engine.port());
  Await([&] {
    Want(endpoint);
    return engine.connections() > 5;
  });
  AwaitTexts(endpoint, "1");
  EXPECT_EQ(scraper_->Stats().failed, 0U);
}

TEST_F(ScraperTest, WhoeverWaitsHurriesIt) {
  FakeEngine engine;
  engine.Say("1");
  names_->Set("vllm", {"127.0.0.1"});
  options_.period = std::chrono::hours(1);
  Start();
  const Endpoint endpoint = At("vllm", engine.port());
  AwaitTexts(endpoint, "1");
  EXPECT_EQ(engine.requests().size(), 1U);
  const base::SteadyTime until = base::Now() + milliseconds(400);
  ASSERT_TRUE(scraper_->Want(endpoint, {milliseconds(10), until}).ok());
  Await([&] { return engine.requests().size() > 5; });
  Await([&] { return base::Now() > until + milliseconds(50); });
  const size_t after = engine.requests().size();
  EXPECT_LE(after, 60U);
  Await([&] { return base::Now() > until + milliseconds(150); });
  EXPECT_EQ(engine.requests().size(), after) << "the hurry is over";
}

TEST_F(ScraperTest, AnEndpointThatNobodyWantsIsForgotten) {
  FakeEngine engine;
  engine.Say("1");
  names_->Set("vllm", {"127.0.0.1"});
  options_.forget_after = milliseconds(100);
  Start();
  AwaitTexts(At("vllm", engine.port()), "1");
  EXPECT_EQ(scraper_->Stats().endpoints, 1U);
  EXPECT_EQ(scraper_->Stats().open_connections, 1U);
  Await([&] { return scraper_->Stats().endpoints == 0; });
  Await([&] { return engine.open() == 0 && scraper_->Stats().addresses == 0; });
  EXPECT_EQ(scraper_->Stats().open_connections, 0U);
  AwaitTexts(At("vllm", engine.port()), "1");
}

}  // namespace
}  // namespace gpuscaler::engines
