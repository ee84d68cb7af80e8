// The ports that a scaler started here would listen on.
#include <algorithm>
#include <iterator>
#include <string>

#include "base/strings.h"
#include "doctor/checks.h"
#include "doctor/scaler_at.h"
#include "rpc/listener.h"

namespace gpuscaler::doctor {

Findings CheckPorts(const Examined& examined) {
  const Subject& subject = examined.subject;
  if (Listens(examined).ok()) return {Skipped("a scaler runs, and has its ports")};
  struct Row {
    const char* flag;
    uint16_t port;
  };
  const Row rows[] = {{"--port", subject.port},
                      {"--metrics-port", subject.metrics_port},
                      {"--probe-port", subject.probe_port},
                      {"--report-port", subject.is_node ? uint16_t{0} : subject.report_port}};
  Findings findings;
  std::string free;
  for (const Row& row : rows) {
    if (row.port == 0) continue;
    const Row* const first = std::find_if(std::begin(rows), std::end(rows),
                                          [&](const Row& each) { return each.port == row.port; });
    if (first != &row) {
      findings.push_back(
          NotOk(base::StrCat(row.flag, " is ", row.port, ", and so is ", first->flag),
                "give each its own, or 0 for one that is not wanted"));
      continue;
    }
    // Given back at once.
    if (const auto listener = rpc::Listen(subject.bind_address, row.port); listener.ok()) {
      base::AppendItem(&free, row.port);
    } else {
      findings.push_back(
          NotOk(base::StrCat(row.flag, ": ", base::Message(listener.status())),
                base::StrCat("end what listens there (ss -ltnp), or give another ", row.flag)));
    }
  }
  if (!free.empty()) findings.push_back(Ok(base::StrCat("free: ", free)));
  return findings;
}

}  // namespace gpuscaler::doctor
