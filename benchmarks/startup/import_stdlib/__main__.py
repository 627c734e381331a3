from import_stdlib.importing import main

if __name__ == "__main__":
    main()
