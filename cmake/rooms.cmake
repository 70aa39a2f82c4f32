# A room is one static library dba_<room>. USES names the rooms it may include (their doors in include/dba/<room>/);
# tests/lint/layers.cmake checks the includes themselves. LINKS names outside libraries, never seen by other rooms.
add_library(dba_build_flags INTERFACE)
target_compile_options(dba_build_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Wnon-virtual-dtor
  -Woverloaded-virtual -Wcast-align -Wformat=2 -Wimplicit-fallthrough -Wsuggest-override -Wswitch-enum
  $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond -Wlogical-op -Wuseless-cast>
  $<$<BOOL:${DBA_WERROR}>:-Werror>
  $<$<NOT:$<CONFIG:Debug>>:-fstack-protector-strong>)
target_compile_definitions(dba_build_flags INTERFACE
  $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>
  $<$<NOT:$<CONFIG:Debug>>:_FORTIFY_SOURCE=2>)
if(DBA_SANITIZE)
  target_compile_options(dba_build_flags INTERFACE -fsanitize=${DBA_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(dba_build_flags INTERFACE -fsanitize=${DBA_SANITIZE})
endif()

# What makes a cold build short: most of a file's time goes into headers and templates it shares with its neighbours.
# Presets other than dev compile every file alone, so that none comes to rest on what another one includes.
if(DBA_QUICK_BUILD)
  add_library(dba_precompiled STATIC ${CMAKE_CURRENT_LIST_DIR}/precompiled.cpp)
  target_precompile_headers(dba_precompiled PRIVATE ${CMAKE_CURRENT_LIST_DIR}/precompiled.hpp)
  target_link_libraries(dba_precompiled PRIVATE fmt::fmt dba_build_flags)
  # What ccache needs to see through a precompiled header.
  target_compile_options(dba_precompiled PUBLIC $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
endif()

# dba_quick(target unity): precompiled headers, or, when `unity` is true, eight files at a time; names without linkage then
# have to be unique in the room.
function(dba_quick target unity)
  if(NOT DBA_QUICK_BUILD)
    return()
  endif()
  if(unity)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
    # It takes every file but the first for a header.
    target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
  else()
    target_precompile_headers(${target} REUSE_FROM dba_precompiled)
    target_link_libraries(${target} PRIVATE dba_precompiled)
  endif()
endfunction()

function(dba_room name)
  cmake_parse_arguments(ROOM "UNITY" "" "USES;LINKS" ${ARGN})
  # Every .cpp of the folder belongs to the room: nothing to register, so nothing can be forgotten.
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  if(NOT sources)
    file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/empty.cpp "")
    set(sources ${CMAKE_CURRENT_BINARY_DIR}/empty.cpp)
  endif()
  add_library(dba_${name} STATIC ${sources})
  target_include_directories(dba_${name} PUBLIC ${PROJECT_SOURCE_DIR}/include PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  list(TRANSFORM ROOM_USES PREPEND dba_)
  target_link_libraries(dba_${name} PUBLIC ${ROOM_USES} PRIVATE ${ROOM_LINKS} dba_build_flags)
  dba_quick(dba_${name} ${ROOM_UNITY})
endfunction()
