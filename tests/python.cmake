# The Python package: pytest on tests/python with Debian's Python; code 77 is a package that
# is missing. Not in builds with sanitizers: Python would have to preload their run-time
# libraries, and its own allocations hide the errors that they look for.
if(NOT TARGET regatta_cli OR CMAKE_C_FLAGS MATCHES "-fsanitize|--coverage")
  return()
endif()
find_program(REGATTA_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH)
find_program(REGATTA_PYTHON python3)
mark_as_advanced(REGATTA_PYTHON)
if(NOT REGATTA_PYTHON)
  return()
endif()
file(GLOB python_tests CONFIGURE_DEPENDS python/test_*.py)
foreach(source IN LISTS python_tests)
  get_filename_component(name ${source} NAME_WE)
  string(REPLACE test_ python_ name ${name})
  add_test(NAME ${name} COMMAND ${REGATTA_PYTHON}
    ${CMAKE_CURRENT_SOURCE_DIR}/python/run.py ${source})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${REGATTA_TEST_SECONDS}
    SKIP_RETURN_CODE 77 ENVIRONMENT "OMP_WAIT_POLICY=passive;PYTHONDONTWRITEBYTECODE=1;\
REGATTA_LIBRARY=$<TARGET_FILE:regatta>;REGATTA_COMMAND=$<TARGET_FILE:regatta_cli>;\
REGATTA_BUILD=${CMAKE_BINARY_DIR}")
endforeach()
