#include "base/code_pages.h"

#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

namespace gpuscaler::base {

CodePages::CodePages() {
  const auto note = [](dl_phdr_info* object, size_t, void* self) {
    const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
    for (int i = 0; i < object->dlpi_phnum; ++i) {
      const ElfW(Phdr)& segment = object->dlpi_phdr[i];
      // Private copies of what is written, relocations included, would be lost.
      if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
      const uintptr_t begin = (object->dlpi_addr + segment.p_vaddr) & ~(page - 1);
      const uintptr_t end = object->dlpi_addr + segment.p_vaddr + segment.p_memsz;
      // An address is all that the loader gives. NOLINTNEXTLINE(performance-no-int-to-ptr)
      auto* const address = reinterpret_cast<void*>(begin);
      static_cast<CodePages*>(self)->segments_.push_back({address, end - begin});
    }
    return 0;
  };
  dl_iterate_phdr(note, this);
}

void CodePages::Release() const {
  for (const Segment& segment : segments_) madvise(segment.begin, segment.size, MADV_DONTNEED);
}

}  // namespace gpuscaler::base
