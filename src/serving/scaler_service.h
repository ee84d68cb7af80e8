// KEDA's contract and Explain as methods of a gRPC server. A failure that is news goes to
// the log, what KEDA is answered to the board.
#pragma once

#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "externalscaler.pb.h"
#include "serving/complaints.h"
#include "serving/external_scaler.h"

namespace gpuscaler::rpc {
class Server;
}  // namespace gpuscaler::rpc

namespace gpuscaler::serving {

class ScalerService {
 public:
  // `context` must outlive this.
  explicit ScalerService(const ScalerContext& context) : context_(context) {}

  // Before the server starts, which must end before this. The methods run on its loop's
  // thread, on which this belongs from then on.
  void AddExternalScaler(rpc::Server& server);
  void AddExplainer(rpc::Server& server);

 private:
  template <class Result>
  std::optional<absl::StatusOr<Result>> Logged(std::string_view method,
                                               const externalscaler::ScaledObjectRef& object,
                                               std::optional<absl::StatusOr<Result>> result);
  // Passes `result` on; a failure that is news goes to the log.
  template <class Result>
  absl::StatusOr<Result> Logged(std::string_view method,
                                const externalscaler::ScaledObjectRef& object,
                                absl::StatusOr<Result> result);
  void Complain(std::string_view method, const externalscaler::ScaledObjectRef& object,
                const absl::Status& status);
  void Note(const externalscaler::ScaledObjectRef& object, const Answer& answer);
  void AddStreams(rpc::Server& server, std::string_view service);

  const ScalerContext& context_;
  Complaints complaints_;
};

}  // namespace gpuscaler::serving
