# The command. It carries libgomp too: a library's constructor reads OMP_WAIT_POLICY before
# the program can set it, one inside the program reads it after src/cli/environment.c has.
# The runtime of clang reads its environment when it is first used.
set(command_openmp OpenMP::OpenMP_C)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
  execute_process(COMMAND ${CMAKE_C_COMPILER} -print-file-name=libgomp.a
    OUTPUT_VARIABLE libgomp OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(NOT EXISTS ${libgomp})
    message(FATAL_ERROR "libgomp.a, which comes with gcc, was not found: ${libgomp}")
  endif()
  find_package(Threads REQUIRED)
  set(command_openmp ${libgomp} Threads::Threads)
endif()

regatta_room_sources(cli_sources cli)
add_library(rg_cli OBJECT ${cli_sources})
target_include_directories(rg_cli PRIVATE ${PROJECT_SOURCE_DIR}/src)
target_link_libraries(rg_cli PRIVATE regatta_flags regatta_objects PkgConfig::JANSSON
  OpenMP::OpenMP_C)

# regatta_command(TARGET NAME LIBRARY...): the command as bin/NAME; the libraries are those
# beside OpenMP's.
function(regatta_command target name)
  add_executable(${target} $<TARGET_OBJECTS:rg_cli>)
  set_target_properties(${target} PROPERTIES OUTPUT_NAME ${name}
    RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
  target_link_libraries(${target} PRIVATE regatta_flags regatta_objects ${ARGN}
    ${command_openmp})
endfunction()

# REGATTA_STATIC: the command needs the C library alone, and what is loaded at run time. Its
# archives stand before the shared libraries of regatta_objects, which nothing needs then.
set(command_archives)
foreach(name IN ITEMS z xxhash jansson)
  find_library(REGATTA_STATIC_${name} lib${name}.a)
  if(REGATTA_STATIC_${name})
    list(APPEND command_archives ${REGATTA_STATIC_${name}})
  elseif(REGATTA_STATIC)
    message(FATAL_ERROR "REGATTA_STATIC is on and there is no lib${name}.a")
  else()
    set(command_archives)
    break()
  endif()
endforeach()
function(regatta_static_command target name)
  regatta_command(${target} ${name} ${command_archives})
  target_link_options(${target} PRIVATE -static-libgcc -Wl,--as-needed)
endfunction()

if(REGATTA_STATIC)
  regatta_static_command(regatta_cli regatta)
else()
  regatta_command(regatta_cli regatta PkgConfig::JANSSON)
  if(BUILD_TESTING AND command_archives) # for its test
    regatta_static_command(regatta_cli_static regatta-static)
  endif()
endif()
