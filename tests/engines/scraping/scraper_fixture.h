// A scraper whose names, engines and consumer are a test's.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "await.h"
#include "base/strings.h"
#include "engines/scraping/scraper.h"
#include "fakes/engines/fake_engine.h"
#include "fakes/engines/scripted_names.h"

namespace gpuscaler::engines {

// What was read, and how.
struct TextPayload final : Payload {
  std::string text;
  std::string previous;
};

class TextReader final : public BodyReader {
 public:
  explicit TextReader(const ScrapeContext& context) {
    if (context.previous == nullptr) return;
    payload_->previous = static_cast<const TextPayload&>(*context.previous).text;
  }
  absl::Status Feed(std::string_view chunk) override {
    payload_->text += chunk;
    return absl::OkStatus();
  }
  absl::StatusOr<std::shared_ptr<const Payload>> Finish() override {
    if (payload_->text == "garbage") return absl::InvalidArgumentError("line 1 is no sample");
    return payload_;
  }

 private:
  std::shared_ptr<TextPayload> payload_ = std::make_shared<TextPayload>();
};

class ScraperFixture : public testing::Test {
 protected:
  using ViewPointer = std::shared_ptr<const EndpointView>;

  // Quick, so that tests are; patient, so that sanitizers are not at fault.
  ScraperFixture() {
    options_.allow = {*IpRange::Parse("127.0.0.0/8"), *IpRange::Parse("10.0.0.0/8")};
    options_.period = std::chrono::milliseconds(20);
    options_.lookup_period = std::chrono::milliseconds(20);
    options_.soonest_lookup = std::chrono::milliseconds(10);
    options_.limits.connect = std::chrono::seconds(30);
    options_.limits.header = options_.limits.whole = std::chrono::seconds(40);
  }
  ~ScraperFixture() override { names_->Release(); }

  void Start() {
    scraper_ = std::make_unique<Scraper>(
        options_, names_,
        [](const ScrapeContext& context) { return std::make_unique<TextReader>(context); },
        [this](const Endpoint& endpoint) {
          const std::lock_guard lock(mutex_);
          news_.insert(endpoint.ToUrl());
        });
  }
  static Endpoint At(const std::string& host, uint16_t port) {
    return *ParseEndpoint(base::StrCat("http://", host, ":", port), "/metrics");
  }
  ViewPointer Want(const Endpoint& endpoint) {
    auto view = scraper_->Want(endpoint);
    EXPECT_TRUE(view.ok()) << view.status();
    return view.ok() ? *view : std::make_shared<const EndpointView>();
  }
  // The first view, of those from now on, that is as it should be.
  ViewPointer AwaitView(const Endpoint& endpoint,
                        const std::function<bool(const EndpointView&)>& condition) {
    ViewPointer view;
    Await([&] { return condition(*(view = Want(endpoint))); });
    return view;
  }
  ViewPointer AwaitSettled(const Endpoint& endpoint) {
    return AwaitView(endpoint, [](const EndpointView& view) { return view.settled(); });
  }
  // The bodies of all addresses, in their order; "-" where the last attempt failed, "?"
  // where there was none.
  static std::string Texts(const EndpointView& view) {
    std::string texts;
    for (const AddressView& each : view.addresses) {
      if (!each.attempted) {
        base::AppendItem(&texts, "?");
      } else if (!each.status.ok()) {
        base::AppendItem(&texts, "-");
      } else {
        base::AppendItem(&texts, static_cast<const TextPayload&>(*each.payload).text);
      }
    }
    return texts;
  }
  ViewPointer AwaitTexts(const Endpoint& endpoint, const std::string& texts) {
    return AwaitView(endpoint, [&](const EndpointView& view) { return Texts(view) == texts; });
  }

  std::mutex mutex_;
  std::set<std::string> news_;  // of which endpoints there was any
  ScraperOptions options_;
  std::shared_ptr<fakes::ScriptedNames> names_ = std::make_shared<fakes::ScriptedNames>();
  std::unique_ptr<Scraper> scraper_;  // last: it uses everything above
};

}  // namespace gpuscaler::engines
