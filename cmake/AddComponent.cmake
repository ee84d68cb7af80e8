# add_component(NAME <folder> SOURCES <files...> [DEPS <folders...>] [LIBS <targets...>])
#
# A component is a folder under src/: one static library, gpuscaler_NAME with
# the alias gpuscaler::NAME, a / in the name being a _ there. A folder within a
# component's folder can be a component of its own. DEPS is the only permission to include another
# folder's headers, and it is transitive; tests/layering reads the table that
# write_layering_table() leaves in the build folder and fails on any other
# include.
function(add_component)
  cmake_parse_arguments(ARG "" "NAME" "SOURCES;DEPS;LIBS" ${ARGN})
  string(REPLACE / _ target gpuscaler_${ARG_NAME})
  string(REPLACE / _ alias gpuscaler::${ARG_NAME})
  add_library(${target} STATIC ${ARG_SOURCES})
  add_library(${alias} ALIAS ${target})
  target_include_directories(${target} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${target} PRIVATE project_flags)
  foreach(dep IN LISTS ARG_DEPS)
    string(REPLACE / _ dep gpuscaler::${dep})
    target_link_libraries(${target} PUBLIC ${dep})
  endforeach()
  target_link_libraries(${target} PUBLIC ${ARG_LIBS})
  set_property(GLOBAL APPEND_STRING PROPERTY layering_table "${ARG_NAME}: ${ARG_DEPS}\n")
endfunction()

function(write_layering_table)
  get_property(table GLOBAL PROPERTY layering_table)
  file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/layering.txt CONTENT "${table}")
endfunction()

# add_proto(NAME <name> [GRPC] [DEPS <proto names...>]): generated code of
# proto/NAME.proto, a target of its own: system includes, no warnings of ours.
function(add_proto)
  cmake_parse_arguments(ARG "GRPC" "NAME" "DEPS" ${ARGN})
  set(out ${CMAKE_CURRENT_BINARY_DIR})
  set(proto ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_NAME}.proto)
  set(generated ${out}/${ARG_NAME}.pb.cc ${out}/${ARG_NAME}.pb.h)
  set(plugin)
  if(ARG_GRPC)
    list(APPEND generated ${out}/${ARG_NAME}.grpc.pb.cc ${out}/${ARG_NAME}.grpc.pb.h)
    set(plugin --grpc_out=${out} --plugin=protoc-gen-grpc=${GRPC_CPP_PLUGIN})
  endif()
  add_custom_command(
    OUTPUT ${generated}
    COMMAND ${PROTOC} -I${CMAKE_CURRENT_SOURCE_DIR} --cpp_out=${out} ${plugin} ${proto}
    DEPENDS ${proto})
  add_library(${ARG_NAME}_proto STATIC ${generated})
  target_include_directories(${ARG_NAME}_proto SYSTEM PUBLIC ${out})
  if(ARG_GRPC)
    target_link_libraries(${ARG_NAME}_proto PUBLIC dep_grpc)
  else()
    target_link_libraries(${ARG_NAME}_proto PUBLIC dep_protobuf)
  endif()
  foreach(dep IN LISTS ARG_DEPS)
    target_link_libraries(${ARG_NAME}_proto PUBLIC ${dep}_proto)
  endforeach()
endfunction()
