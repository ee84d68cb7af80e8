// Keeps one endpoint's name looked up and its addresses read, and publishes what is
// known. The engines' thread only; internal to this folder.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>

#include "boost/asio/awaitable.hpp"
#include "boost/asio/steady_timer.hpp"
#include "engines/scraping/address_book.h"
#include "engines/scraping/address_scrape.h"
#include "engines/scraping/endpoint_board.h"
#include "engines/scraping/scrape_services.h"

namespace gpuscaler::engines {

class EndpointScrape : public std::enable_shared_from_this<EndpointScrape> {
 public:
  // `published` is called after every publication. `services` must outlive the last
  // handler.
  EndpointScrape(ScrapeServices& services, std::shared_ptr<EndpointBoard> board,
                 std::function<void(const Endpoint&)> published);

  void Start();
  // Ends everything, with the connections. Nothing is published after it.
  void Stop();
  void Hasten();

  const EndpointBoard& board() const { return *endpoint_->board; }

 private:
  boost::asio::awaitable<void> Run();
  boost::asio::awaitable<absl::StatusOr<Addresses>> Lookup();
  base::Duration LookupPause() const;
  void Enter(const absl::StatusOr<Addresses>& answer);
  void Read(const IpAddress& address);
  // Looks the name up before it is due: one that answered has ceased to, and may have gone.
  void LookAgain();
  // Publishes once for all that changes in one turn of the loop.
  void Changed();
  void Publish();

  ScrapeServices& services_;
  const std::function<void(const Endpoint&)> published_;
  const std::shared_ptr<EndpointShare> endpoint_;
  AddressBook book_;
  std::map<IpAddress, std::shared_ptr<AddressScrape>> addresses_;
  size_t turned_away_ = 0;  // addresses above max_addresses
  boost::asio::steady_timer timer_;
  bool looked_up_ = false;
  base::SteadyTime looked_up_at_ = {};
  base::SteadyTime lookup_due_at_ = {};
  std::set<IpAddress> ceased_;       // that answered once, and do not now
  base::SteadyTime ceased_at_ = {};  // the newest of them
  bool publishing_ = false;
  bool stopped_ = false;
};

}  // namespace gpuscaler::engines
