// One connection to one server, and what a GET over it comes to.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/strings.h"
#include "boost/asio/co_spawn.hpp"
#include "boost/asio/io_context.hpp"
#include "engines/scraping/connection.h"
#include "fakes/engines/fake_engine.h"

namespace gpuscaler::engines {

class ConnectionFixture : public testing::Test {
 protected:
  ConnectionFixture() {
    // No deadline but those that a test shortens: sanitizers are slow.
    limits_.connect = limits_.header = limits_.whole = std::chrono::seconds(60);
    At("/metrics");
  }

  void At(const std::string& target) {
    endpoint_ = *ParseEndpoint(base::StrCat("http://engine.test:", engine_.port(), target), "/");
    connection_ = std::make_unique<Connection>(io_, endpoint_, *IpAddress::Parse("127.0.0.1"),
                                               limits_, trust_);
  }
  absl::Status Get(std::optional<std::string> token = std::nullopt) {
    body_.clear();
    absl::Status status = absl::UnknownError("no answer");
    BodySink sink{[](base::SteadyTime, std::string_view) { return absl::OkStatus(); },
                  [this](std::string_view chunk) {
                    body_ += chunk;
                    return absl::OkStatus();
                  }};
    boost::asio::co_spawn(io_, connection_->Get(std::move(token), std::move(sink)),
                          [&](const std::exception_ptr& thrown, absl::Status result) {
                            EXPECT_EQ(thrown, nullptr);
                            status = std::move(result);
                          });
    io_.restart();
    io_.run();
    return status;
  }
  // What Get says when every request is answered with these bytes and the end.
  absl::Status GetOf(const std::string& answer) {
    engine_.Run([answer](fakes::FakeEngine::Peer& peer) {
      peer.Send(answer);
      peer.Close();
    });
    return Get();
  }
  void ExpectError(const absl::Status& status, absl::StatusCode code, const std::string& message) {
    EXPECT_EQ(status.code(), code) << status;
    EXPECT_THAT(std::string(base::Message(status)), testing::HasSubstr(message));
    EXPECT_FALSE(connection_->is_open());
  }

  fakes::FakeEngine engine_;
  boost::asio::io_context io_{1};
  FetchLimits limits_;
  TlsTrust trust_{""};
  Endpoint endpoint_;
  std::unique_ptr<Connection> connection_;
  std::string body_;
};

}  // namespace gpuscaler::engines
