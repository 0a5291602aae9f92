# The scripts of bench/. Those that need numpy use Debian's (python3-numpy, python3-scipy).
find_program(REGATTA_PYTHON python3 HINTS /usr/bin)
mark_as_advanced(REGATTA_PYTHON)
if(REGATTA_PYTHON AND TARGET bench_als)
  add_test(NAME bench_baselines COMMAND ${REGATTA_PYTHON}
    ${CMAKE_CURRENT_SOURCE_DIR}/bench/test_baselines.py
    ${CMAKE_SOURCE_DIR}/bench $<TARGET_FILE:bench_als>)
  set_tests_properties(bench_baselines PROPERTIES SKIP_RETURN_CODE 77
    TIMEOUT ${REGATTA_TEST_SECONDS} ENVIRONMENT OPENBLAS_NUM_THREADS=1)
endif()
if(REGATTA_PYTHON)
  add_test(NAME bench_prototypes COMMAND ${REGATTA_PYTHON}
    ${CMAKE_CURRENT_SOURCE_DIR}/bench/test_prototypes.py ${CMAKE_SOURCE_DIR}/bench)
  set_tests_properties(bench_prototypes PROPERTIES SKIP_RETURN_CODE 77
    TIMEOUT ${REGATTA_TEST_SECONDS} ENVIRONMENT OPENBLAS_NUM_THREADS=1)
endif()
if(REGATTA_PYTHON AND TARGET regatta_cli)
  foreach(name IN ITEMS quality sequence)
    add_test(NAME bench_${name} COMMAND ${REGATTA_PYTHON}
      ${CMAKE_CURRENT_SOURCE_DIR}/bench/test_${name}.py
      ${CMAKE_SOURCE_DIR}/bench $<TARGET_FILE:regatta_cli>)
    set_tests_properties(bench_${name} PROPERTIES TIMEOUT ${REGATTA_TEST_SECONDS}
      ENVIRONMENT "${regatta_test_environment}")
  endforeach()
endif()
