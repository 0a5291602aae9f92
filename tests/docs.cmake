# The site of the documents; code 77: doxygen or pandoc is missing.
find_program(REGATTA_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH)
find_program(REGATTA_PYTHON python3)
if(NOT REGATTA_PYTHON)
  return()
endif()
add_test(NAME docs_site COMMAND ${REGATTA_PYTHON} ${CMAKE_CURRENT_SOURCE_DIR}/docs/test_docs.py
  ${PROJECT_SOURCE_DIR}/scripts/docs.py ${PROJECT_BINARY_DIR}/site)
set_tests_properties(docs_site PROPERTIES SKIP_RETURN_CODE 77
  TIMEOUT ${REGATTA_TEST_SECONDS})
