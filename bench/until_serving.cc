// until_serving PORT SECONDS: prints "ready", then asks the server on PORT for
// its health as often as it can until it is SERVING, and prints the time on the
// monotonic clock at which the answer came, in nanoseconds.
#include <arpa/inet.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <sys/socket.h>

#include <cstdio>
#include <cstdlib>
#include <thread>

#include "absl/synchronization/mutex.h"
#include "base/descriptor.h"
#include "base/strings.h"
#include "base/time.h"
#include "health.grpc.pb.h"

namespace {

using gpuscaler::base::Now;
using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckResponse;

constexpr auto kPause = std::chrono::microseconds(250);

// A channel that finds nobody waits for a second: it is not to try too early.
bool Listens(uint16_t port) {
  const gpuscaler::base::Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
}

bool Serves(Health::Stub& stub) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(5));
  HealthCheckResponse response;
  return stub.Check(&context, {}, &response).ok() &&
         response.status() == HealthCheckResponse::SERVING;
}

}  // namespace

int main(int argc, char** argv) {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  if (argc != 3) {
    std::fprintf(stderr, "usage: until_serving PORT SECONDS\n");
    return 2;
  }
  const auto port = static_cast<uint16_t>(std::atoi(argv[1]));
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  const auto stub = Health::NewStub(grpc::CreateCustomChannel(
      gpuscaler::base::StrCat("127.0.0.1:", port), grpc::InsecureChannelCredentials(), arguments));
  std::printf("ready\n");
  std::fflush(stdout);

  const auto deadline = Now() + std::chrono::seconds(std::atoi(argv[2]));
  bool listens = false;
  while (Now() < deadline) {
    listens = listens || Listens(port);
    if (listens && Serves(*stub)) {
      std::printf("%lld\n", static_cast<long long>(Now().time_since_epoch().count()));
      return 0;
    }
    std::this_thread::sleep_for(kPause);
  }
  std::fprintf(stderr, "until_serving: port %d did not serve in time\n", port);
  return 1;
}
