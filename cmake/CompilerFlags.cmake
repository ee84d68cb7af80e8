# Warnings and hardening for our own targets: `project_flags` is linked by
# every component, never by generated code.
include(CheckCXXCompilerFlag)
include(CheckLinkerFlag)

add_library(project_flags INTERFACE)

set(warnings
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
    -Wold-style-cast -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-align
    -Wdouble-promotion -Wformat=2 -Wimplicit-fallthrough -Wextra-semi)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  list(APPEND warnings -Wthread-safety)
endif()
# GCC's -Wnull-dereference follows inlined standard library code under
# sanitizers and at -O2 and then warns about headers that are not ours.
if(NOT GPUSCALER_SANITIZE AND CMAKE_BUILD_TYPE STREQUAL "Debug")
  list(APPEND warnings -Wnull-dereference)
endif()
# GCC 12's sanitizers make members and library code look uninitialized, and warn
# that ThreadSanitizer does not see the fences of Asio's scheduler, whose mutex
# orders the same.
if(GPUSCALER_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  list(APPEND warnings -Wno-uninitialized -Wno-maybe-uninitialized)
  if(GPUSCALER_SANITIZE STREQUAL "thread")
    list(APPEND warnings -Wno-tsan)
  endif()
endif()
target_compile_options(project_flags INTERFACE ${warnings})

foreach(flag
        -fstack-protector-strong -fstack-clash-protection
        -fcf-protection=full -mbranch-protection=standard  # x86, Arm
        -ftrivial-auto-var-init=zero)
  string(MAKE_C_IDENTIFIER "has${flag}" has_flag)
  check_cxx_compiler_flag("-Werror ${flag}" ${has_flag})
  if(${has_flag})
    target_compile_options(project_flags INTERFACE ${flag})
  endif()
endforeach()
target_compile_definitions(project_flags INTERFACE _GLIBCXX_ASSERTIONS)
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_options(project_flags INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
                                                 -ffunction-sections -fdata-sections)
  add_link_options(-Wl,--gc-sections)
endif()

set(CMAKE_POSITION_INDEPENDENT_CODE ON)
include(CheckPIESupported)
check_pie_supported()
add_link_options(-Wl,-z,relro,-z,now,-z,noexecstack,--as-needed)
# A megabyte of relocations, read at every start, becomes a few pages (needs
# glibc 2.36 at run time, which Debian 12 and Ubuntu 24.04 have).
check_linker_flag(CXX -Wl,-z,pack-relative-relocs has_pack_relative_relocs)
if(has_pack_relative_relocs AND CMAKE_BUILD_TYPE STREQUAL "Release")
  add_link_options(-Wl,-z,pack-relative-relocs)
endif()

if(GPUSCALER_SANITIZE)
  add_compile_options(-fsanitize=${GPUSCALER_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${GPUSCALER_SANITIZE})
endif()
