# regatta_soname(OUT NAME FILE..): the name under which the dynamic linker finds libNAME,
# one of the files: what is loaded at need (src/base/dynlib.h) is asked for by it.
function(regatta_soname out name)
  set(library ${ARGN})
  list(FILTER library INCLUDE REGEX "lib${name}\\.")
  execute_process(COMMAND ${CMAKE_READELF} -d ${library}
    OUTPUT_VARIABLE dynamic ERROR_QUIET)
  if(NOT dynamic MATCHES "\\(SONAME\\)[^[]*\\[([^]]+)\\]")
    message(FATAL_ERROR "lib${name}: no shared library with a soname among '${ARGN}'; regatta "
      "loads it at run time")
  endif()
  set(${out} ${CMAKE_MATCH_1} PARENT_SCOPE)
endfunction()
