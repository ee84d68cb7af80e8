# Everything that comes from the distribution, as targets of ours, so that the
# choice between shared and static is made in this one file.
#
# gRPC and Abseil are named library by library: their exported CMake targets are
# shared only in Debian 12 and Ubuntu 24.04, and pkg-config takes half a minute
# to resolve gRPC's requirements.
find_package(Threads REQUIRED)
set(OPENSSL_USE_STATIC_LIBS ${GPUSCALER_STATIC})
find_package(OpenSSL REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(CLI11 REQUIRED)
find_program(PROTOC protoc REQUIRED)
find_program(GRPC_CPP_PLUGIN grpc_cpp_plugin REQUIRED)

if(GPUSCALER_STATIC)
  set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
endif()
# require_libraries(OUT <variable> <names...>): their full paths.
function(require_libraries out)
  foreach(name IN LISTS ARGN)
    find_library(LIBRARY_${name} ${name} REQUIRED)
    list(APPEND found ${LIBRARY_${name}})
  endforeach()
  set(${out} ${found} PARENT_SCOPE)
endfunction()

# All of Abseil but what only its tests use: --as-needed and the archives' own
# granularity leave out what is not.
require_libraries(absl_status absl_status)
cmake_path(GET absl_status PARENT_PATH absl_folder)
file(GLOB absl_libraries ${absl_folder}/libabsl_*${CMAKE_FIND_LIBRARY_SUFFIXES})
if(NOT GPUSCALER_STATIC)
  file(GLOB absl_libraries ${absl_folder}/libabsl_*.so)
endif()
list(FILTER absl_libraries EXCLUDE REGEX "libabsl_(scoped_set_env|scoped_mock_log|flags.*)\\.")

require_libraries(protobuf_libraries protobuf z)
if(GPUSCALER_STATIC)
  require_libraries(grpc_libraries grpc++ grpc gpr address_sorting upb cares re2 z)
else()
  require_libraries(grpc_libraries grpc++ grpc gpr)
endif()
require_libraries(yaml_libraries yaml-cpp)
require_libraries(zlib_libraries z)

# Archives depend on each other in circles, and CMake knows of none of these
# dependencies: all of them are one group, which stands behind whatever needs one. A
# program takes of it what it uses.
if(GPUSCALER_STATIC)
  set(archives ${grpc_libraries} ${protobuf_libraries} ${yaml_libraries} ${absl_libraries}
               ${OPENSSL_SSL_LIBRARY} ${OPENSSL_CRYPTO_LIBRARY} ${zlib_libraries})
  list(REMOVE_DUPLICATES archives)
  list(JOIN archives "," archives)
  set(archives "$<LINK_GROUP:RESCAN,${archives}>" ${CMAKE_DL_LIBS} Threads::Threads)
  set(absl_libraries ${archives})
  set(protobuf_libraries ${archives})
  set(grpc_libraries ${archives})
  set(yaml_libraries ${archives})
  set(zlib_libraries ${archives})
  set(openssl_libraries ${archives})
else()
  set(openssl_libraries OpenSSL::SSL OpenSSL::Crypto ${CMAKE_DL_LIBS})
endif()

add_library(dep_absl INTERFACE)
target_link_libraries(dep_absl INTERFACE ${absl_libraries})
if(GPUSCALER_STATIC)
  target_link_libraries(dep_absl INTERFACE -static-libstdc++ -static-libgcc)
endif()

add_library(dep_openssl INTERFACE)
target_link_libraries(dep_openssl INTERFACE ${openssl_libraries})

add_library(dep_protobuf INTERFACE)
target_link_libraries(dep_protobuf INTERFACE ${protobuf_libraries} Threads::Threads)
# GCC's macro adds two members to the base of every protobuf map, which the
# distribution's library does not have. libstdc++'s own reading of it is kept.
if(GPUSCALER_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(dep_protobuf INTERFACE -U__SANITIZE_THREAD__ -D_GLIBCXX_TSAN=1)
endif()

add_library(dep_grpc INTERFACE)
target_link_libraries(dep_grpc INTERFACE
  ${grpc_libraries} dep_absl dep_protobuf dep_openssl Threads::Threads)

# Debian builds spdlog's and fmt's libraries shared only: header-only use.
add_library(dep_spdlog INTERFACE)
target_compile_definitions(dep_spdlog INTERFACE SPDLOG_FMT_EXTERNAL FMT_HEADER_ONLY)

add_library(dep_boost INTERFACE)
target_link_libraries(dep_boost INTERFACE Boost::headers Threads::Threads)
target_compile_definitions(dep_boost INTERFACE BOOST_ASIO_NO_DEPRECATED
                                               BOOST_ASIO_DISABLE_BOOST_COROUTINE)

# UBSan looks at virtual tables through a pipe, and takes the want of descriptors
# that a test of the HTTP server brings about for a broken object.
if(GPUSCALER_SANITIZE MATCHES "undefined")
  target_compile_options(dep_boost INTERFACE -fno-sanitize=vptr)
endif()

add_library(dep_yaml INTERFACE)
target_link_libraries(dep_yaml INTERFACE ${yaml_libraries})

add_library(dep_zlib INTERFACE)
target_link_libraries(dep_zlib INTERFACE ${zlib_libraries})
