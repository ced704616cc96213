# Writes the tables of tables.tsv as CSV: whole, as NAME.csv with all columns, gaps and row names, for commands.mjs; and divided five
# times into a training and a test part, for compare.mjs. The heads of these two say how to use it.
# Usage: Rscript bench/tables/export.R FOLDER
#
# From Debian: r-base-core and r-cran-{mlbench,modeldata,mass,cardata,kernlab,dslabs,aer,mclust,caret,th.data,rrcov,mlmrev,
# gss,ggplot2,survival,robustbase}. A table has at most 3,000 rows, drawn at random. The divided ones have
# no gaps: columns with more than a tenth of gaps are left out first.

most_rows <- 3000
splits <- 5
test_share <- 0.25

folder <- commandArgs(trailingOnly = TRUE)[1]
script <- sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE))
dir.create(folder, recursive = TRUE, showWarnings = FALSE)
tables <- read.delim(file.path(dirname(script), "tables.tsv"), colClasses = "character")

read_table <- function(package, name) {
  own <- new.env()
  data(list = name, package = package, envir = own)
  table <- as.data.frame(own[[name]])
  # some columns are matrices or dates
  for (column in names(table)) if (inherits(table[[column]], "Date")) table[[column]] <- as.character(table[[column]])
  table
}

for (i in seq_len(nrow(tables))) {
  row <- tables[i, ]
  set.seed(1)
  table <- read_table(row$package, row$table)
  some <- if (nrow(table) > most_rows) sort(sample(nrow(table), most_rows)) else seq_len(nrow(table))
  write.csv(table[some, ], file.path(folder, paste0(row$table, ".csv")))
  set.seed(1)
  ignored <- strsplit(row$ignored, ",")[[1]]
  table <- table[, !(names(table) %in% ignored), drop = FALSE]
  table <- table[!is.na(table[[row$answer]]), ]
  table <- table[, colMeans(is.na(table)) <= 0.1, drop = FALSE]
  table <- na.omit(table)
  if (nrow(table) > most_rows) table <- table[sample(nrow(table), most_rows), ]
  groups <- if (row$task == "classification") as.character(table[[row$answer]]) else rep("all", nrow(table))
  for (split in seq_len(splits)) {
    set.seed(split)
    test <- unlist(lapply(split(seq_len(nrow(table)), groups), function(rows) {
      rows[sample.int(length(rows), round(test_share * length(rows)))]
    }))
    path <- function(part) file.path(folder, sprintf("%s.%d.%s.csv", row$table, split, part))
    learned <- setdiff(seq_len(nrow(table)), test)
    write.csv(table[learned[sample.int(length(learned))], ], path("train"), row.names = FALSE)
    write.csv(table[test, ], path("test"), row.names = FALSE)
  }
  cat(row$table, nrow(table), "rows,", ncol(table), "columns\n")
}
