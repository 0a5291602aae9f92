# The name under which the dynamic linker finds LIBRARY, a shared library: what is loaded
# at need (src/base/dynlib.h) is asked for by it.
function(regatta_soname out library)
  execute_process(COMMAND ${CMAKE_READELF} -d ${library}
    OUTPUT_VARIABLE dynamic ERROR_QUIET)
  if(NOT dynamic MATCHES "\\(SONAME\\)[^[]*\\[([^]]+)\\]")
    message(FATAL_ERROR "${library} is not a shared library with a soname; regatta loads "
      "igraph and CHOLMOD at run time and needs their shared libraries")
  endif()
  set(${out} ${CMAKE_MATCH_1} PARENT_SCOPE)
endfunction()
