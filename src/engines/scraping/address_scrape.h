// Reads one address of an endpoint again and again, one reading at a time. The
// engines' thread only; internal to this folder.
#pragma once

#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "boost/asio/awaitable.hpp"
#include "boost/asio/steady_timer.hpp"
#include "engines/endpoint/ip_address.h"
#include "engines/scraping/body_reader.h"
#include "engines/scraping/connection.h"
#include "engines/scraping/connection_room.h"
#include "engines/scraping/endpoint_board.h"
#include "engines/scraping/endpoint_view.h"
#include "engines/scraping/scrape_services.h"

namespace gpuscaler::engines {

// What the addresses of one endpoint share.
struct EndpointShare {
  std::shared_ptr<EndpointBoard> board;
  ConnectionRoom::Share places;
};

class AddressScrape : public std::enable_shared_from_this<AddressScrape> {
 public:
  // `changed` is called after every reading. `services` must outlive the last handler.
  AddressScrape(ScrapeServices& services, std::shared_ptr<EndpointShare> endpoint,
                const IpAddress& address, std::function<void()> changed);
  ~AddressScrape();

  // The first reading begins at once, the next ones on a grid that begins anywhere: a
  // reading that takes longer than the period leaves out the points that it misses.
  void Start();
  // Ends what is under way. Nothing is called after it.
  void Stop();
  // The period has become shorter.
  void Hasten() { timer_.cancel(); }

  const AddressView& view() const { return view_; }

 private:
  boost::asio::awaitable<void> Run();
  boost::asio::awaitable<absl::Status> Read();
  boost::asio::awaitable<absl::Status> Fetch(std::optional<std::string> token);
  boost::asio::awaitable<void> AwaitNext(base::SteadyTime began, bool first);
  void Enter(absl::Status status);
  const Endpoint& endpoint() const { return endpoint_->board->endpoint(); }

  ScrapeServices& services_;
  const std::shared_ptr<EndpointShare> endpoint_;
  const std::function<void()> changed_;
  AddressView view_;
  Connection connection_;
  ConnectionRoom::Place place_;
  boost::asio::steady_timer timer_;
  bool stopped_ = false;
};

}  // namespace gpuscaler::engines
