// Tells a driver in trouble from a container that has lost its access to the
// GPUs: a systemd daemon-reload on the node can take the devices out of its
// cgroup, whereupon every GPU answers UNKNOWN. Only a restart of the container
// mends that.
//
// Pure; not thread-safe.
#pragma once

namespace gpuscaler::sources::nvml {

class AccessWatch {
 public:
  // Reads, and attempts to open the driver, that must answer UNKNOWN in a row.
  static constexpr int kReads = 3;
  static constexpr int kOpens = 5;

  void SeeValues() {
    *this = AccessWatch();
    had_access_ = true;
  }

  // Every GPU answered UNKNOWN. True: the driver should be opened anew, which
  // is how a driver in trouble would be mended.
  bool SeeUnknownRead() {
    if (++reads_ < kReads) return false;
    reads_ = 0;
    lost_ = opened_anew_ && had_access_;
    opened_anew_ = true;
    return true;
  }

  void SeeUnknownOpen() {
    if (++opens_ >= kOpens) lost_ = had_access_;
  }
  void SeeOtherOpen() { opens_ = 0; }

  // A process that never had access is not helped by a restart: it stays up
  // and says what is wrong.
  bool lost() const { return lost_; }

 private:
  bool had_access_ = false;
  bool opened_anew_ = false;
  bool lost_ = false;
  int reads_ = 0;
  int opens_ = 0;
};

}  // namespace gpuscaler::sources::nvml
