# Everything that comes from the distribution, as targets of ours, so that the
# choice between shared and static is made in this one file.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
set(OPENSSL_USE_STATIC_LIBS ${GPUSCALER_STATIC})
find_package(OpenSSL REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(CLI11 REQUIRED)
find_package(yaml-cpp REQUIRED)
pkg_check_modules(GRPC REQUIRED grpc++)
pkg_check_modules(PROTOBUF REQUIRED protobuf)
pkg_check_modules(SPDLOG REQUIRED spdlog)
find_program(PROTOC protoc REQUIRED)
find_program(GRPC_CPP_PLUGIN grpc_cpp_plugin REQUIRED)

add_library(dep_absl INTERFACE)
add_library(dep_protobuf INTERFACE)
add_library(dep_grpc INTERFACE)
if(GPUSCALER_STATIC)
  # The exported CMake targets of gRPC 1.51 in Debian and Ubuntu are shared
  # only. The archives depend on each other in circles, hence the group.
  file(GLOB absl_archives /usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}/libabsl_*.a)
  list(FILTER absl_archives EXCLUDE REGEX "flags|log_internal_|libabsl_log_(entry|globals|init|sink)|mock|scoped_set|test|matchers|leak_check")
  target_link_libraries(dep_absl INTERFACE -Wl,--start-group ${absl_archives} -Wl,--end-group)
  target_link_libraries(dep_protobuf INTERFACE -l:libprotobuf.a -l:libz.a)
  target_link_libraries(dep_grpc INTERFACE
    -Wl,--start-group -l:libgrpc++.a -l:libgrpc.a -l:libgpr.a -l:libaddress_sorting.a
    -l:libupb.a -l:libcares.a -l:libre2.a -l:libz.a ${absl_archives} -Wl,--end-group
    dep_protobuf OpenSSL::SSL OpenSSL::Crypto ${CMAKE_DL_LIBS} Threads::Threads)
  target_link_libraries(dep_absl INTERFACE -static-libstdc++ -static-libgcc)
else()
  pkg_check_modules(ABSL REQUIRED absl_status absl_statusor absl_strings absl_str_format absl_time)
  target_link_libraries(dep_absl INTERFACE ${ABSL_LINK_LIBRARIES})
  target_link_libraries(dep_protobuf INTERFACE ${PROTOBUF_LINK_LIBRARIES})
  target_link_libraries(dep_grpc INTERFACE ${GRPC_LINK_LIBRARIES} dep_protobuf dep_absl
                                           OpenSSL::SSL OpenSSL::Crypto)
endif()

# Debian builds spdlog's library shared only: header-only use, fmt likewise.
add_library(dep_spdlog INTERFACE)
target_compile_definitions(dep_spdlog INTERFACE SPDLOG_FMT_EXTERNAL FMT_HEADER_ONLY)

add_library(dep_boost INTERFACE)
target_link_libraries(dep_boost INTERFACE Boost::headers Threads::Threads)
target_compile_definitions(dep_boost INTERFACE BOOST_ASIO_NO_DEPRECATED
                                               BOOST_ASIO_DISABLE_BOOST_COROUTINE)

add_library(dep_yaml INTERFACE)
if(GPUSCALER_STATIC)
  target_link_libraries(dep_yaml INTERFACE -l:libyaml-cpp.a)
else()
  target_link_libraries(dep_yaml INTERFACE yaml-cpp)
endif()
