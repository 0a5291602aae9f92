# Runs each example: trained on the R packages of datasets/debian, small and readable.
if(NOT REGATTA_BUILD_EXAMPLES)
  return()
endif()
set(work ${CMAKE_CURRENT_BINARY_DIR}/examples)
file(MAKE_DIRECTORY ${work})
set(model ${work}/r.model)

# sample PART: the rows of the part whose package is one of R, ungzipped
function(add_sample part)
  add_test(NAME example_data_${part} COMMAND sh -c
    "gzip -dc ${CMAKE_SOURCE_DIR}/datasets/debian/${part}.tsv.gz | grep '^r-' >${work}/${part}.tsv")
  set_tests_properties(example_data_${part} PROPERTIES FIXTURES_SETUP example_data)
endfunction()
add_sample(train)
add_sample(test)

# add_example(NAME REGEX ARGUMENT...): exit code 0 and a line that matches
function(add_example name regex)
  add_test(NAME example_${name} COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/expect.sh
    "${regex}" $<TARGET_FILE:example_${name}> ${ARGN})
  set_tests_properties(example_${name} PROPERTIES TIMEOUT ${REGATTA_TEST_SECONDS}
    ENVIRONMENT "${regatta_test_environment}"
    FIXTURES_REQUIRED "example_data;example_model")
endfunction()

add_example(train_with_progress "^validation recall@20 0\\.[0-9]+ ndcg@20 0\\.[0-9]+"
  ${work}/train.tsv ${model} 20)
set_tests_properties(example_train_with_progress PROPERTIES
  FIXTURES_SETUP example_model FIXTURES_REQUIRED example_data)

set(number "-?[0-9]+\\.[0-9]+")
add_example(graph_from_arrays "^ann should read sea wolf ")
add_example(recommend "^r-cran-tidyverse\tr-[a-z0-9.-]+\t1\t${number}$"
  ${model} r-cran-tidyverse r-cran-caret)
add_example(fold_in "^r-[a-z0-9.-]+\t1\t${number}$" ${model} r-cran-ggplot2 r-cran-dplyr)
add_example(similar "^r-[a-z0-9.-]+\t1\t${number}$" ${model} r-cran-ggplot2)
add_example(explain "^score ${number} = ${number}$"
  ${model} r-cran-tidyverse r-cran-magrittr)
add_example(evaluate "^@20  recall 0\\.[0-9]+ " ${model} ${work}/test.tsv)
# 128 numbers, the default dimension, in six digits: 0.25, -5e-05 or 0
add_example(embed_vectors "^r-cran-ggplot2(\t-?[0-9.]+(e-[0-9]+)?){128}$" ${model})

# The model of two ranks is that of one.
if(TARGET example_ranks)
  add_test(NAME example_ranks COMMAND ${CMAKE_COMMAND} -E env MPIEXEC=${MPIEXEC_EXECUTABLE}
    sh ${CMAKE_CURRENT_SOURCE_DIR}/mpi/example.sh $<TARGET_FILE:example_ranks>
    ${work}/train.tsv $<TARGET_FILE:regatta_cli>)
  set_tests_properties(example_ranks PROPERTIES TIMEOUT ${REGATTA_TEST_SECONDS} PROCESSORS 2
    ENVIRONMENT "${regatta_test_environment}" FIXTURES_REQUIRED example_data)
endif()
